// Threads of which a stack alone does not tell what they do:  g++ -g -pthread -o clerks clerks.cpp
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

std::mutex debit, credit, vault, ledger, jobs;
std::condition_variable work;
volatile long turns;

static void compute(double seconds) {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  const double end = now.tv_sec + now.tv_nsec / 1e9 + seconds;
  do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  while (now.tv_sec + now.tv_nsec / 1e9 < end);
}

// A deadlock: neither ever runs again.
static void transfer(std::mutex &from, std::mutex &to) {
  std::lock_guard<std::mutex> one(from);
  usleep(200000);
  std::lock_guard<std::mutex> other(to);
}
static void *transfer_a(void *) { transfer(debit, credit); return nullptr; }
static void *transfer_b(void *) { transfer(credit, debit); return nullptr; }

// Holds a mutex and never gives it back.
static void *guard(void *) {
  std::lock_guard<std::mutex> held(vault);
  sleep(100000);
  return nullptr;
}

// Asks for that mutex ten times a second.
static void *ask(void *) {
  for (usleep(100000);;) {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec += 1, until.tv_nsec -= 1000000000;
    pthread_mutex_timedlock(vault.native_handle(), &until);
  }
}

// Several that get one mutex in turn: nearly always they stand in front of it.
static void *post(void *) {
  for (;;) {
    std::lock_guard<std::mutex> held(ledger);
    compute(0.002);
    usleep(20000);
  }
}

static void *spin(void *) {
  for (;;) turns = turns + 1;
}

static void *serve(void *) {
  std::unique_lock<std::mutex> lock(jobs);
  for (;;) work.wait(lock);
}

static void *listen_to_events(void *) {
  const int events = epoll_create1(0);
  for (epoll_event event;;) epoll_wait(events, &event, 1, -1);
}

int main() {
  const struct { const char *name; void *(*run)(void *); } kinds[] = {
      {"transfer-a", transfer_a}, {"transfer-b", transfer_b}, {"guard", guard}, {"asker", ask},   {"poster", post},  {"poster", post},
      {"poster", post},           {"spinner", spin},          {"worker", serve}, {"worker", serve}, {"events", listen_to_events}};
  pthread_t threads[sizeof kinds / sizeof *kinds];
  int started = 0;
  for (auto &kind : kinds) {
    pthread_create(&threads[started], nullptr, kind.run, nullptr);
    pthread_setname_np(threads[started++], kind.name);
  }
  for (auto &thread : threads) pthread_join(thread, nullptr);
}
