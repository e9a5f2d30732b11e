/* One program, many ways to hang: `lab NAME` prints `ready` when its threads stand where they will stand.
   A line `owner WAITER HOLDER KIND` on standard output is the truth about a wait; `free WAITER KIND` of one whose holder nobody records. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <unistd.h>

static pthread_mutex_t *locks;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t of_cond = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static pthread_barrier_t barrier, together;
static int number = 2;

static pid_t self(void) { return (pid_t)syscall(SYS_gettid); }
static void say(const char *what, pid_t waiter, pid_t holder, const char *kind) { printf("%s %d %d %s\n", what, waiter, holder, kind); fflush(stdout); }
static void rest(void) { for (;;) pause(); }

static pid_t ids[64];

static void *in_ring(void *at) {
  long me = (long)at, next = (me + 1) % number;
  ids[me] = self();
  pthread_mutex_lock(&locks[me]);
  pthread_barrier_wait(&together);
  say("owner", ids[me], ids[next], "mutex");
  pthread_mutex_lock(&locks[next]);
  rest();
  return 0;
}

static void ring(int size, int type, int protocol, int robust, int shared) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, type);
  pthread_mutexattr_setprotocol(&attr, protocol);
  if (robust) pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  if (shared) pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
  number = size;
  for (int at = 0; at < size; at++) pthread_mutex_init(&locks[at], &attr);
  pthread_barrier_init(&together, 0, size);
  for (long at = 0; at < size; at++) { pthread_t thread; pthread_create(&thread, 0, in_ring, (void *)at); }
}

static void in_turn(void) { srand((unsigned)getpid()); for (;;) { int at = rand() & 1; pthread_mutex_lock(&locks[at]); usleep(500 + rand() % 4000); pthread_mutex_unlock(&locks[at]); } }
/* Two processes, each of which has sent the other a request and waits for the answer: nobody reads what has come. */
static void ask(int asks, pid_t other, const char *kind) {
  char byte = 1;
  if (write(asks, &byte, 1) != 1) exit(1);
  usleep(50000); say("owner", self(), other, kind);
  usleep(100000); puts("ready"); fflush(stdout);
  if (read(asks, &byte, 1) < 1) exit(1);
}
static void pair_up(int tcp, int pair[2]) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  if (!tcp) { if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(1); return; }
  int listens = socket(AF_INET, SOCK_STREAM, 0);
  pair[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listens, (void *)&at, size) || listen(listens, 1) || getsockname(listens, (void *)&at, &size) || connect(pair[0], (void *)&at, size)) exit(1);
  pair[1] = accept(listens, 0, 0);
  close(listens);
}
static void ask_each_other(int tcp) {
  int ours[2], theirs[2];
  pair_up(tcp, ours); pair_up(tcp, theirs);
  pid_t parent = getpid(), child = fork();
  close(ours[!!child]); close(theirs[!child]);
  ask(child ? ours[0] : theirs[0], child ? child : parent, "socket");
}
static void read_pipes(void) {
  int to_child[2], to_parent[2]; char byte;
  if (pipe(to_child) || pipe(to_parent)) exit(1);
  pid_t parent = getpid(), child = fork();
  close(child ? to_child[0] : to_child[1]); close(child ? to_parent[1] : to_parent[0]);
  usleep(50000); say("owner", self(), child ? child : parent, "pipe");
  usleep(100000); puts("ready"); fflush(stdout);
  if (read(child ? to_parent[0] : to_child[0], &byte, 1) < 1) exit(1);
}
static pid_t holder;
static void *waits_mutex(void *lock) { say("owner", self(), holder, "mutex"); pthread_mutex_lock(lock); rest(); return 0; }
static void *waits_read(void *x) { say("owner", self(), holder, "rwlock"); pthread_rwlock_rdlock(&rw); rest(); return x; }
static void *waits_write(void *x) { say("free", self(), 0, "rwlock"); pthread_rwlock_wrlock(&rw); rest(); return x; }
static void *waits_cond(void *x) { pthread_mutex_lock(&of_cond); say("free", self(), 0, "condition"); pthread_cond_wait(&cond, &of_cond); return x; }
static void *waits_sem(void *x) { say("free", self(), 0, "semaphore"); sem_wait(&sem); return x; }
static void *waits_barrier(void *x) { say("free", self(), 0, "barrier"); pthread_barrier_wait(&barrier); return x; }
static void *sleeps(void *x) { (void)x; ids[0] = self(); rest(); return 0; }
static void *joins(void *thread) { while (!ids[0]) usleep(1000); say("owner", self(), ids[0], "thread"); pthread_join(*(pthread_t *)thread, 0); return 0; }
static void begins(void) { ids[1] = self(); rest(); }
static void *calls_once(void *x) { pthread_once(&once, begins); return x; }
static void *waits_once(void *x) { while (!ids[1]) usleep(1000); say("owner", self(), ids[1], "once"); pthread_once(&once, begins); return x; }
static void *spins(void *x) { volatile unsigned long n = 0; for (;;) n++; return x; }
static void *holds_file(void *x) { ids[2] = self(); flockfile(stderr); rest(); return x; }
static void *waits_file(void *x) { while (!ids[2]) usleep(1000); usleep(20000); say("owner", self(), ids[2], "stdio"); flockfile(stderr); return x; }

static void start(void *(*run)(void *), void *argument) { pthread_t thread; pthread_create(&thread, 0, run, argument); }

int main(int count, char **words) {
  const char *name = count > 1 ? words[1] : "";
  locks = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  holder = self();
  if (!strcmp(name, "ab_ba")) ring(2, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0, 0);
  else if (!strcmp(name, "ring5")) ring(5, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0, 0);
  else if (!strcmp(name, "recursive")) ring(2, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, 0, 0);
  else if (!strcmp(name, "errorcheck")) ring(2, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 0, 0);
  else if (!strcmp(name, "adaptive")) ring(2, PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, 0, 0);
  else if (!strcmp(name, "robust")) ring(2, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 1, 0);
  else if (!strcmp(name, "shared")) ring(2, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0, 1);
  else if (!strcmp(name, "inherit")) {
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&locks[0], &attr); pthread_mutex_lock(&locks[0]); start(waits_mutex, &locks[0]);
  }
  else if (!strcmp(name, "self")) { say("owner", holder, holder, "mutex"); puts("ready"); fflush(stdout); pthread_mutex_lock(&locks[0]); pthread_mutex_lock(&locks[0]); }
  else if (!strcmp(name, "convoy")) { pthread_mutex_lock(&locks[0]); for (int at = 0; at < 8; at++) start(waits_mutex, &locks[0]); }
  else if (!strcmp(name, "writer")) { pthread_rwlock_wrlock(&rw); for (int at = 0; at < 3; at++) start(waits_read, 0); }
  else if (!strcmp(name, "readers")) { pthread_rwlock_rdlock(&rw); start(waits_write, 0); }
  else if (!strcmp(name, "parked")) { sem_init(&sem, 0, 0); pthread_barrier_init(&barrier, 0, 9); start(waits_cond, 0); start(waits_sem, 0); start(waits_barrier, 0); start(waits_cond, 0); }
  else if (!strcmp(name, "join")) { static pthread_t thread; pthread_create(&thread, 0, sleeps, 0); start(joins, &thread); }
  else if (!strcmp(name, "once")) { start(calls_once, 0); start(waits_once, 0); start(waits_once, 0); }
  else if (!strcmp(name, "stdio")) { start(holds_file, 0); start(waits_file, 0); }
  else if (!strcmp(name, "spin")) { start(spins, 0); }
  else if (!strcmp(name, "dead")) {
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED); pthread_mutex_init(&locks[0], &attr);
    pid_t child = fork(); if (!child) { pthread_mutex_lock(&locks[0]); _exit(0); } waitpid(child, 0, 0); holder = child; start(waits_mutex, &locks[0]);
  }
  else if (!strcmp(name, "two")) {
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    for (int at = 0; at < 2; at++) pthread_mutex_init(&locks[at], &attr);
    pid_t parent = getpid(), child = fork();
    if (!child) { pthread_mutex_lock(&locks[1]); usleep(80000); say("owner", self(), parent, "mutex"); pthread_mutex_lock(&locks[0]); rest(); }
    pthread_mutex_lock(&locks[0]); usleep(80000); say("owner", self(), child, "mutex"); usleep(80000); puts("ready"); fflush(stdout); pthread_mutex_lock(&locks[1]); rest();
  }
  else if (!strcmp(name, "healthy")) { /* two processes that never have two locks at once, so never wait for each other */
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    for (int at = 0; at < 2; at++) pthread_mutex_init(&locks[at], &attr);
    pid_t child = fork(); if (!child) in_turn();
    say("owner", holder, child, "mutex"); puts("ready"); fflush(stdout); in_turn();
  }
  else if (!strcmp(name, "contained")) { /* who has the lock counts as 1, in a pid namespace of its own */
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED); pthread_mutex_init(&locks[0], &attr);
    if (unshare(CLONE_NEWPID)) return 1;
    pid_t child = fork(); if (!child) { pthread_mutex_lock(&locks[0]); rest(); }
    usleep(50000); say("owner", holder, child, "mutex"); puts("ready"); fflush(stdout); pthread_mutex_lock(&locks[0]);
  }
  else if (!strcmp(name, "tcp")) ask_each_other(1);
  else if (!strcmp(name, "unix")) ask_each_other(0);
  else if (!strcmp(name, "flock")) { /* two files, locked by two processes the other way round */
    char names[2][32] = {"/tmp/lab-XXXXXX", "/tmp/lab-XXXXXX"}; int files[2];
    for (int at = 0; at < 2; at++) if ((files[at] = mkstemp(names[at])) < 0) return 1;
    pid_t parent = getpid(), child = fork();
    int first = open(names[!child], O_RDWR), second = open(names[!!child], O_RDWR);
    usleep(50000); for (int at = 0; at < 2; at++) unlink(names[at]);
    if (flock(first, LOCK_EX)) return 1;
    usleep(50000); say("owner", self(), child ? child : parent, "file");
    usleep(100000); puts("ready"); fflush(stdout);
    return flock(second, LOCK_EX);
  }
  else if (!strcmp(name, "pipes")) read_pipes();
  else if (!strcmp(name, "sleeper")) { puts("ready"); fflush(stdout); for (;;) sleep(1000); }
  else if (!strcmp(name, "server")) { int at = socket(AF_INET, SOCK_STREAM, 0); puts("ready"); fflush(stdout); if (!listen(at, 1)) accept(at, 0, 0); }
  else if (!strcmp(name, "across")) {
    pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED); pthread_mutex_init(&locks[0], &attr);
    pid_t child = fork(); if (!child) { pthread_mutex_lock(&locks[0]); rest(); } usleep(50000); holder = child; start(waits_mutex, &locks[0]);
  }
  else { fprintf(stderr, "lab: no such way to hang: %s\n", name); return 2; }
  usleep(150000);
  puts("ready");
  fflush(stdout);
  rest();
}
