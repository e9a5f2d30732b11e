/* Locks and circles in other idioms than those of lab.c and kinds.c: `more NAME` prints `ready` when its threads and processes stand.
   `owner WAITER HOLDER KIND` is the truth about a wait, HOLDER 0 where nobody records who has what is waited for. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

struct shared { _Atomic pid_t ids[4]; _Atomic int arrived; pthread_mutex_t locks[4]; pthread_rwlock_t rws[2]; };
static struct shared *all;

static pid_t self(void) { return (pid_t)syscall(SYS_gettid); }
static void say(pid_t holder, const char *kind) { printf("owner %d %d %s\n", self(), holder, kind); fflush(stdout); }
static void rest(void) { for (;;) pause(); }
static void ready(void) { puts("ready"); fflush(stdout); }
static void settle(void) { usleep(200000); }
static void check(long failed) { if (failed) { perror("more"); exit(1); } }
static void start(void *(*run)(void *), void *argument) { pthread_t thread; check(pthread_create(&thread, 0, run, argument)); }
static int forked(void) { pid_t child = fork(); check(child < 0); return !child; }
#define AGAIN(call) while ((call) < 0 && errno == EINTR) continue
static pid_t meet(int me, int next, int count) {
  all->ids[me] = self(); all->arrived++;
  while (all->arrived < count) usleep(1000);
  return all->ids[next];
}

/* -- threads -- */
static mtx_t standard[2];
static int in_standard(void *at) { long me = (long)at; mtx_lock(&standard[me]); say(meet((int)me, !me, 2), "mutex"); mtx_lock(&standard[!me]); rest(); return 0; }
static pthread_once_t onces[2] = {PTHREAD_ONCE_INIT, PTHREAD_ONCE_INIT};
static void first(void); static void second(void);
static void first(void) { say(meet(0, 1, 2), "once"); pthread_once(&onces[1], second); rest(); }
static void second(void) { say(meet(1, 0, 2), "once"); pthread_once(&onces[0], first); rest(); }
static void *in_once(void *at) { pthread_once(&onces[(long)at], at ? second : first); return at; }
static pthread_t joined;
static void *joins_with_lock(void *x) { pthread_mutex_lock(&all->locks[0]); say(meet(0, 1, 2), "thread"); pthread_join(joined, 0); return x; }
static void *is_joined(void *x) { joined = pthread_self(); say(meet(1, 0, 2), "mutex"); pthread_mutex_lock(&all->locks[0]); return x; }
static void *in_both(void *at) { /* a rwlock and a mutex */
  long me = (long)at;
  if (me) pthread_mutex_lock(&all->locks[0]); else pthread_rwlock_wrlock(&all->rws[0]);
  say(meet((int)me, !me, 2), me ? "rwlock" : "mutex");
  if (me) pthread_rwlock_rdlock(&all->rws[0]); else pthread_mutex_lock(&all->locks[0]);
  rest(); return at;
}
static void handles(int x) { say(self(), "mutex"); settle(); ready(); pthread_mutex_lock(&all->locks[0]); }
static void *in_order(void *at) { /* never an earlier lock with a later one */
  unsigned seed = (unsigned)(long)at;
  for (;;) {
    int one = rand_r(&seed) % 3; pthread_mutex_lock(&all->locks[one]); pthread_mutex_lock(&all->locks[one + 1]); usleep((unsigned)rand_r(&seed) % 500);
    pthread_mutex_unlock(&all->locks[one + 1]); pthread_mutex_unlock(&all->locks[one]); usleep((unsigned)rand_r(&seed) % 1000);
  }
  return at;
}
static pthread_barrier_t together;
static void *in_ring(void *at) { /* of three, the last of which the kernel refuses its lock */
  long me = (long)at, next = (me + 1) % 3; pthread_mutex_lock(&all->locks[me]); pid_t other = meet((int)me, (int)next, 3); pthread_barrier_wait(&together);
  say(other, "mutex"); usleep(50000U * (unsigned)(me + 1)); pthread_mutex_lock(&all->locks[next]); rest(); return 0;
}

/* -- processes -- */
static void share(int robust, int protocol) {
  pthread_mutexattr_t attr; pthread_rwlockattr_t of_rws; pthread_mutexattr_init(&attr); pthread_rwlockattr_init(&of_rws);
  pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED); pthread_rwlockattr_setpshared(&of_rws, PTHREAD_PROCESS_SHARED);
  if (robust) pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setprotocol(&attr, protocol);
  for (int at = 0; at < 4; at++) pthread_mutex_init(&all->locks[at], &attr);
  for (int at = 0; at < 2; at++) pthread_rwlock_init(&all->rws[at], &of_rws);
}
static void two_with_mutexes(void) {
  int me = forked(); pthread_mutex_lock(&all->locks[me]); say(meet(me, !me, 2), "mutex"); if (!me) { settle(); ready(); }
  pthread_mutex_lock(&all->locks[!me]); rest();
}
static void two_with_rwlocks(void) {
  int me = forked(); pthread_rwlock_wrlock(&all->rws[me]); say(meet(me, !me, 2), "rwlock"); if (!me) { settle(); ready(); }
  if (me) pthread_rwlock_rdlock(&all->rws[0]); else pthread_rwlock_wrlock(&all->rws[1]);
  rest();
}
static void filters(void) { /* a filter whose output nobody reads, as who should is writing to it */
  int to[2], from[2]; static char much[1 << 20]; check(pipe(to) || pipe(from)); pid_t child = fork();
  if (!child) { dup2(to[0], 0); dup2(from[1], 1); close(to[0]); close(to[1]); close(from[0]); close(from[1]); execlp("cat", "cat", (char *)0); _exit(1); }
  close(to[0]); close(from[1]); say(child, "pipe"); printf("owner %d %d pipe\n", child, getpid()); ready();
  for (;;) AGAIN(write(to[1], much, sizeof much));
}
static void supervises(void) { /* a healthy server that restarts its child */
  if (forked()) { int file = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; check(bind(file, (void *)&at, sizeof at) || listen(file, 4)); for (;;) accept(file, 0, 0); }
  settle(); ready(); AGAIN(waitpid(-1, 0, 0));
}
static void speak(void) { /* a question and an answer each few milliseconds */
  int ends[2]; char byte = 1; check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends)); int me = forked(); close(ends[!me]);
  if (me) for (;;) { check(read(ends[1], &byte, 1) < 1); usleep(3000); check(write(ends[1], &byte, 1) < 1); }
  settle(); ready(); for (;;) { check(write(ends[0], &byte, 1) < 1); AGAIN(read(ends[0], &byte, 1)); }
}

int main(int count, char **words) {
  const char *name = count > 1 ? words[1] : "";
  all = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int at = 0; at < 4; at++) pthread_mutex_init(&all->locks[at], 0);
  pthread_rwlock_init(&all->rws[0], 0);
  if (!strcmp(name, "standard")) { thrd_t thread; for (long at = 0; at < 2; at++) mtx_init(&standard[at], mtx_plain); for (long at = 0; at < 2; at++) thrd_create(&thread, in_standard, (void *)at); }
  else if (!strcmp(name, "onces")) { start(in_once, 0); start(in_once, (void *)1L); }
  else if (!strcmp(name, "join_with_lock")) { start(is_joined, 0); usleep(20000); start(joins_with_lock, 0); }
  else if (!strcmp(name, "both")) { start(in_both, 0); start(in_both, (void *)1L); }
  else if (!strcmp(name, "handler")) { signal(SIGUSR1, handles); pthread_mutex_lock(&all->locks[0]); raise(SIGUSR1); }
  else if (!strcmp(name, "ring3")) { share(0, PTHREAD_PRIO_INHERIT); pthread_barrier_init(&together, 0, 3); for (long at = 0; at < 3; at++) start(in_ring, (void *)at); }
  else if (!strcmp(name, "two_plain")) { share(0, PTHREAD_PRIO_NONE); two_with_mutexes(); }
  else if (!strcmp(name, "two_robust")) { share(1, PTHREAD_PRIO_NONE); two_with_mutexes(); }
  else if (!strcmp(name, "two_rwlocks")) { share(0, PTHREAD_PRIO_NONE); two_with_rwlocks(); }
  else if (!strcmp(name, "filters")) filters();
  else if (!strcmp(name, "supervises")) supervises();
  else if (!strcmp(name, "speak")) speak();
  else if (!strcmp(name, "in_order")) for (long at = 0; at < 6; at++) start(in_order, (void *)at);
  else { fprintf(stderr, "more: no such way: %s\n", name); return 2; }
  settle(); ready(); rest();
}
