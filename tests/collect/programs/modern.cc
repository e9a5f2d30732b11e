// Ways to hang of C++20: `modern NAME` prints `ready` when its threads stand where they will stand.
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <vector>
#include <sys/syscall.h>
#include <unistd.h>

using namespace std::chrono_literals;
static int self() { return static_cast<int>(syscall(SYS_gettid)); }
static void say(int holder, const char *kind) { std::printf("owner %d %d %s\n", self(), holder, kind); std::fflush(stdout); }
static void rest() { for (;;) pause(); }
template <class Run> static void start(Run run) { std::thread(run).detach(); }

template <int Which> class Pool {
 public:
  explicit Pool(int size) { for (int at = 0; at < size; at++) start([this] { serve(); }); }
  std::future<int> submit(std::function<int()> run) {
    std::packaged_task<int()> task(std::move(run));
    auto result = task.get_future();
    { std::lock_guard guard(mutex_); tasks_.push_back(std::move(task)); }
    cond_.notify_one();
    return result;
  }
 private:
  void serve() {
    for (;;) {
      std::unique_lock lock(mutex_);
      cond_.wait(lock, [this] { return !tasks_.empty(); });
      auto task = std::move(tasks_.front()); tasks_.pop_front();
      lock.unlock();
      task();
    }
  }
  std::mutex mutex_;
  std::condition_variable cond_;
  std::deque<std::packaged_task<int()>> tasks_;
};

static Pool<1> &first() { static Pool<1> pool(2); return pool; }
static Pool<2> &second() { static Pool<2> pool(2); return pool; }

static std::mutex locks[2];
static std::timed_mutex timed[2];
static std::recursive_mutex again[2];
static std::shared_mutex shared[2];
static std::atomic<int> ids[2], word{0}, arrived{0};
static std::latch never{9};
static std::barrier<> turn{9};
static std::counting_semaphore<8> none{0};

template <class Lock> static void abba(Lock *both) {
  for (int me = 0; me < 2; me++)
    start([=] {
      std::unique_lock mine(both[me]); ids[me] = self(); arrived++;
      while (arrived < 2) std::this_thread::sleep_for(1ms);
      say(ids[!me], "mutex");
      std::unique_lock other(both[!me]); rest();
    });
}
static int one(int); static int other(int);
static int one(int level) { static int value = (std::this_thread::sleep_for(100ms), level ? 1 : other(level + 1)); return value; }
static int other(int level) { static int value = (std::this_thread::sleep_for(100ms), level ? 1 : one(level + 1)); return value; }

int main(int count, char **words) {
  const char *name = count > 1 ? words[1] : "";
  auto is = [name](const char *other) { return !std::strcmp(name, other); };
  if (is("latch")) for (int at = 0; at < 3; at++) start([] { say(0, "latch"); never.arrive_and_wait(); });
  else if (is("barrier")) for (int at = 0; at < 3; at++) start([] { say(0, "barrier"); turn.arrive_and_wait(); });
  else if (is("semaphore")) for (int at = 0; at < 3; at++) start([] { say(0, "semaphore"); none.acquire(); });
  else if (is("atomic")) for (int at = 0; at < 3; at++) start([] { say(0, "futex"); word.wait(0); });
  else if (is("future")) { static std::promise<int> promise; static auto result = promise.get_future().share(); for (int at = 0; at < 3; at++) start([] { say(0, "future"); result.get(); }); }
  else if (is("abba")) abba(locks);
  else if (is("recursive")) abba(again);
  else if (is("shared")) abba(shared);
  else if (is("timed")) for (int me = 0; me < 2; me++)
    start([=] {
      timed[me].lock(); ids[me] = self(); arrived++;
      while (arrived < 2) std::this_thread::sleep_for(1ms);
      say(ids[!me], "mutex"); if (timed[!me].try_lock_for(1h)) rest();
    });
  else if (is("statics")) { start([] { one(0); }); start([] { other(0); }); }
  else if (is("nested")) for (int at = 0; at < 2; at++) first().submit([] { arrived++; while (arrived < 2) std::this_thread::sleep_for(1ms); say(0, "future"); return first().submit([] { return 1; }).get(); });
  else if (is("pools")) for (int at = 0; at < 2; at++) {
    first().submit([] { arrived++; while (arrived < 4) std::this_thread::sleep_for(1ms); say(0, "future"); return second().submit([] { return 1; }).get(); });
    second().submit([] { arrived++; while (arrived < 4) std::this_thread::sleep_for(1ms); say(0, "future"); return first().submit([] { return 1; }).get(); });
  }
  else if (is("idle")) first().submit([] { return 1; });
  else if (is("loaded")) start([] { for (;;) { first().submit([] { volatile long sum = 0; for (long at = 0; at < 300000; at++) sum = sum + at; return 1; }).get(); } });
  else if (is("any")) { static std::condition_variable_any cond; for (int at = 0; at < 2; at++) start([] { std::shared_lock lock(shared[0]); cond.wait(lock); }); }
  else { std::fprintf(stderr, "modern: no such way: %s\n", name); return 2; }
  std::this_thread::sleep_for(400ms);
  std::puts("ready"); std::fflush(stdout); rest();
}
