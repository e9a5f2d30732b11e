/* Other ways to hang, and not to: `kinds NAME` prints `ready` when its threads and processes stand where they will stand.
   `owner WAITER HOLDER KIND` is the truth about a wait, HOLDER 0 where nobody records who has what is waited for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared { sem_t sems[2]; _Atomic pid_t ids[16]; _Atomic int arrived; pthread_mutex_t locks[4]; pthread_rwlock_t rws[2]; };
static struct shared *all;

static pid_t self(void) { return (pid_t)syscall(SYS_gettid); }
static void say(pid_t holder, const char *kind) { printf("owner %d %d %s\n", self(), holder, kind); fflush(stdout); }
static void rest(void) { for (;;) pause(); }
static void ready(void) { puts("ready"); fflush(stdout); }
static void start(void *(*run)(void *), void *argument) { pthread_t thread; if (pthread_create(&thread, 0, run, argument)) exit(1); }
/* A debugger interrupts what waits. */
#define AGAIN(call) while ((call) < 0 && errno == EINTR) continue
static void check(long failed) { if (failed) { perror("kinds"); exit(1); } }
/* All who take part say who they are, and go on when all of them have. */
static pid_t meet(int me, int next, int count) {
  all->ids[me] = self(); all->arrived++;
  while (all->arrived < count) usleep(1000);
  return all->ids[next];
}
static void settle(void) { usleep(200000); }

/* -- waits for nobody in particular -- */
static void *reads_event(void *x) { eventfd_t value; eventfd_read(eventfd(0, 0), &value); return x; }
static void *reads_timer(void *x) {
  struct itimerspec far = {{0}, {3600, 0}}; long count; int file = timerfd_create(CLOCK_MONOTONIC, 0);
  timerfd_settime(file, 0, &far, 0); check(read(file, &count, 8) < 0); return x;
}
static void *reads_signal(void *x) {
  sigset_t set; struct signalfd_siginfo info; sigemptyset(&set); sigaddset(&set, SIGUSR1); sigprocmask(SIG_BLOCK, &set, 0);
  check(read(signalfd(-1, &set, 0), &info, sizeof info) < 0); return x;
}
static void *polls_event(void *x) {
  int file = epoll_create1(0); struct epoll_event event = {.events = EPOLLIN};
  check(epoll_ctl(file, EPOLL_CTL_ADD, eventfd(0, 0), &event)); AGAIN(epoll_wait(file, &event, 1, -1)); return x;
}
static void *waits_vector(void *x) {
  static unsigned words[2]; struct futex_waitv list[2] = {{0, (unsigned long)&words[0], 2, 0}, {0, (unsigned long)&words[1], 2, 0}};
  if (syscall(449, list, 2, 0, 0, 0) < 0) rest();
  return x;
}
static void *faults(void *x) { return (void *)(long)*(volatile char *)x; }
static void userfault(void) {
  int file = (int)syscall(SYS_userfaultfd, 0); struct uffdio_api api = {UFFD_API, 0, 0};
  char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_register range = {{(unsigned long)page, 4096}, UFFDIO_REGISTER_MODE_MISSING, 0};
  if (file >= 0 && !ioctl(file, UFFDIO_API, &api) && !ioctl(file, UFFDIO_REGISTER, &range)) start(faults, page);
}

/* -- circles of two processes, of which the kernel records little -- */
static int forked(void) { pid_t child = fork(); if (child < 0) exit(1); return !child; }
static void semaphores(void) {
  for (int at = 0; at < 2; at++) sem_init(&all->sems[at], 1, 0);
  int me = forked(); meet(me, !me, 2); say(0, "semaphore"); if (!me) { settle(); ready(); }
  AGAIN(sem_wait(&all->sems[me])); sem_post(&all->sems[!me]);
}
static void messages(void) {
  struct { long type; char text[8]; } message; int queue = msgget(IPC_PRIVATE, 0600), me = forked();
  meet(me, !me, 2); if (!me) { settle(); ready(); }
  AGAIN(msgrcv(queue, &message, 8, 1 + me, 0));
}
static void system_v(void) {
  int set = semget(IPC_PRIVATE, 2, 0600); struct sembuf take = {0, -1, SEM_UNDO}; union { int value; } one = {1};
  for (int at = 0; at < 2; at++) check(semctl(set, at, SETVAL, one));
  int me = forked(); take.sem_num = (unsigned short)me; check(semop(set, &take, 1));
  meet(me, !me, 2); if (!me) { settle(); ready(); }
  take.sem_num = (unsigned short)!me; AGAIN(semop(set, &take, 1));
}
static void queues(void) {
  mqd_t mine[2]; struct mq_attr size = {.mq_maxmsg = 1, .mq_msgsize = 8}; char name[2][32], text[8];
  for (int at = 0; at < 2; at++) { snprintf(name[at], 32, "/kinds-%d-%d", getpid(), at); mine[at] = mq_open(name[at], O_CREAT | O_RDWR, 0600, &size); mq_unlink(name[at]); }
  int me = forked(); meet(me, !me, 2); if (!me) { settle(); ready(); }
  AGAIN(mq_receive(mine[me], text, 8, 0));
}
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static void *waits_behind(void *x) { pthread_mutex_lock(&own); return x; }
static void files(int operation, int threads) {
  char names[2][32] = {"/tmp/kinds-XXXXXX", "/tmp/kinds-XXXXXX"}; struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  for (int at = 0; at < 2; at++) close(mkstemp(names[at]));
  int me = forked(), first = open(names[me], O_RDWR), second = open(names[!me], O_RDWR);
  if (threads) pthread_mutex_lock(&own);
  for (int at = 0; at < threads; at++) start(waits_behind, 0);
  check(operation ? fcntl(first, operation, &whole) : flock(first, LOCK_EX));
  pid_t other = meet(me, !me, 2); unlink(names[me]); say(operation || threads ? 0 : other, "file"); if (!me) { settle(); ready(); }
  AGAIN(operation ? fcntl(second, operation, &whole) : flock(second, LOCK_EX));
}
static void file_waits(void) { /* one process has the file and rests, the other waits for it */
  char name[] = "/tmp/kinds-XXXXXX"; struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int file = mkstemp(name), me = forked(); unlink(name);
  if (!me) check(fcntl(file, F_SETLKW, &whole));
  pid_t other = meet(me, !me, 2);
  if (!me) { settle(); ready(); rest(); }
  say(other, "file"); AGAIN(fcntl(file, F_SETLKW, &whole));
}
static void sockets(int count, int polls) { /* each has asked the next one and waits for its answer */
  int pairs[8][2]; char byte = 1; int me = 0;
  for (int at = 0; at < count; at++) check(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[at]));
  for (int at = 1; at < count && !me; at++) if (forked()) me = at;
  for (int at = 0; at < count; at++) { if (at != me) close(pairs[at][0]); if ((at + 1) % count != me) close(pairs[at][1]); }
  pid_t next = meet(me, (me + 1) % count, count); check(write(pairs[me][0], &byte, 1) < 1);
  say(polls ? 0 : next, "socket"); if (!me) { settle(); ready(); }
  if (polls) {
    int file = epoll_create1(0); struct epoll_event event = {.events = EPOLLIN};
    check(epoll_ctl(file, EPOLL_CTL_ADD, pairs[me][0], &event)); AGAIN(epoll_wait(file, &event, 1, -1));
  }
  check(read(pairs[me][0], &byte, 1) < 1);
}
static void child_writes(int reads_after) { /* the parent waits for its child's end, which writes more than the pipe takes */
  int ends[2]; static char much[1 << 20]; check(pipe(ends));
  pid_t child = fork();
  if (!child) { close(ends[0]); say(getppid(), "pipe"); for (;;) if (write(ends[1], much, sizeof much) < 0 && errno != EINTR) _exit(1); }
  close(ends[1]); say(child, "process"); settle(); ready(); AGAIN(waitpid(reads_after ? child : -1, 0, 0));
}
static void vfork_reads(void) { /* the parent is held until its child goes on, which waits for the parent's word */
  static int ends[2]; check(pipe(ends));
  printf("owner %d %d process\n", self(), 0); ready();
  if (!vfork()) { char byte; check(read(ends[0], &byte, 1) < 1); _exit(0); }
}

/* -- threads of one process -- */
static pthread_barrier_t together;
static void *in_ring(void *at) {
  long me = (long)at; pthread_mutex_lock(&all->locks[me]); pid_t other = meet((int)me, !me, 2); pthread_barrier_wait(&together);
  say(other, "mutex"); pthread_mutex_lock(&all->locks[!me]); rest(); return 0;
}
static void ring(int protocol) {
  pthread_mutexattr_t attr; pthread_mutexattr_init(&attr); pthread_mutexattr_setprotocol(&attr, protocol); pthread_barrier_init(&together, 0, 2);
  for (long at = 0; at < 2; at++) { pthread_mutex_init(&all->locks[at], &attr); start(in_ring, (void *)at); }
}
static void *in_writers(void *at) {
  long me = (long)at; pthread_rwlock_wrlock(&all->rws[me]); pid_t other = meet((int)me, !me, 2); pthread_barrier_wait(&together);
  say(other, "rwlock"); if (me) pthread_rwlock_rdlock(&all->rws[0]); else pthread_rwlock_wrlock(&all->rws[1]); rest(); return 0;
}
static void *upgrades(void *at) {
  pthread_rwlock_rdlock(&all->rws[0]); meet((int)(long)at, 0, 2); pthread_barrier_wait(&together);
  say(0, "rwlock"); pthread_rwlock_wrlock(&all->rws[0]); rest(); return 0;
}
static void two_writers(void *(*run)(void *)) {
  pthread_barrier_init(&together, 0, 2); for (long at = 0; at < 2; at++) { pthread_rwlock_init(&all->rws[at], 0); start(run, (void *)at); }
}
static void *timed(void *at) {
  struct timespec far; long me = (long)at; pthread_mutex_lock(&all->locks[me]); pid_t other = meet((int)me, !me, 2); pthread_barrier_wait(&together);
  clock_gettime(CLOCK_REALTIME, &far); far.tv_sec += 3600; say(other, "mutex"); pthread_mutex_timedlock(&all->locks[!me], &far); rest(); return 0;
}
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_t first;
static void *misses(void *x) { usleep(50000); pthread_mutex_lock(&all->locks[0]); say(0, "condition"); pthread_cond_wait(&cond, &all->locks[0]); return x; }
static void *joins(void *x) { usleep(100000); say(all->ids[0], "thread"); pthread_join(first, 0); return x; }
static void *misses_as_first(void *x) { all->ids[0] = self(); return misses(x); }
static void *reads_with_lock(void *x) { int ends[2]; char byte; check(pipe(ends)); all->ids[0] = self(); pthread_mutex_lock(&all->locks[0]); check(read(ends[0], &byte, 1) < 1); return x; }
static void *dies(void *x) { all->ids[0] = self(); pthread_mutex_lock(&all->locks[0]); return x; }
static void *waits(void *x) { say(all->ids[0], "mutex"); pthread_mutex_lock(&all->locks[0]); return x; }
static void *tries(void *x) { for (;;) if (!pthread_mutex_trylock(&all->locks[0])) rest(); return x; }
static void *yields(void *x) { for (;;) sched_yield(); return x; }
static volatile unsigned long sum;
static void *sums(void *x) { for (;;) for (unsigned long at = 0; at < 1000000; at++) sum += at * at; return x; }
static void *works(void *x) {
  for (;;) { pthread_mutex_lock(&all->locks[0]); for (int at = 0; at < 20000; at++) sum += (unsigned long)at; pthread_mutex_unlock(&all->locks[0]); usleep(300); }
  return x;
}
static void *in_convoy(void *x) { for (;;) { pthread_mutex_lock(&all->locks[0]); usleep(2000); pthread_mutex_unlock(&all->locks[0]); } return x; }
static void *produces(void *x) { for (;;) { sem_post(&all->sems[0]); usleep(3000); } return x; }
static void *consumes(void *x) { for (;;) { sem_wait(&all->sems[0]); for (int at = 0; at < 50000; at++) sum += (unsigned long)at; } return x; }
static void *reads_shortly(void *x) { for (;;) { pthread_rwlock_rdlock(&all->rws[0]); usleep(3000); pthread_rwlock_unlock(&all->rws[0]); } return x; }
static void *writes_never(void *x) { usleep(50000); pthread_rwlock_wrlock(&all->rws[0]); rest(); return x; }
static void *serves(void *listener) {
  for (;;) { int file = accept(*(int *)listener, 0, 0); char byte; while (read(file, &byte, 1) == 1) check(write(file, &byte, 1) < 1); close(file); }
  return listener;
}
static int listening(struct sockaddr_in *at) {
  socklen_t size = sizeof *at; int file = socket(AF_INET, SOCK_STREAM, 0); at->sin_family = AF_INET; at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(bind(file, (void *)at, size) || listen(file, 8) || getsockname(file, (void *)at, &size)); return file;
}
static void keep_alive(void) { /* a healthy server and a client that has nothing to ask just now */
  static int listener; struct sockaddr_in at = {0}; listener = listening(&at);
  if (forked()) { char byte = 1; int file = socket(AF_INET, SOCK_STREAM, 0); check(connect(file, (void *)&at, sizeof at)); check(write(file, &byte, 1) < 1 || read(file, &byte, 1) < 1); all->arrived++; rest(); }
  for (int each = 0; each < 3; each++) start(serves, &listener);
  while (!all->arrived) usleep(1000);
}
static void *asks(void *listener) { /* a worker that asks the other process for each request that it gets */
  int file = accept(((int *)listener)[0], 0, 0), other = socket(AF_INET, SOCK_STREAM, 0); char byte = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = (in_port_t)((int *)listener)[1]};
  check(read(file, &byte, 1) < 1); all->arrived++; while (all->arrived < 4) usleep(1000);
  check(connect(other, (void *)&at, sizeof at) || write(other, &byte, 1) < 1); say(0, "socket"); check(read(other, &byte, 1) < 1); return 0;
}
static void exhaust_each_other(void) { /* two servers with two workers each, all of which wait for an answer of the other's, which has no worker left */
  struct sockaddr_in at[2] = {0}; static int places[2]; int listeners[2] = {listening(&at[0]), listening(&at[1])}, me = forked(); char byte = 1;
  places[0] = listeners[me]; places[1] = at[!me].sin_port; close(listeners[!me]);
  for (int each = 0; each < 2; each++) {
    int file = socket(AF_INET, SOCK_STREAM, 0); check(connect(file, (void *)&at[me], sizeof at[me]) || write(file, &byte, 1) < 1);
    start(asks, places);
  }
  while (all->arrived < 4) usleep(1000);
  if (me) rest();
}

int main(int count, char **words) {
  const char *name = count > 1 ? words[1] : "";
  all = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int at = 0; at < 4; at++) pthread_mutex_init(&all->locks[at], 0);
  if (!strcmp(name, "events")) { start(reads_event, 0); start(reads_timer, 0); start(reads_signal, 0); start(polls_event, 0); }
  else if (!strcmp(name, "vector")) { start(waits_vector, 0); start(waits_vector, 0); }
  else if (!strcmp(name, "userfault")) userfault();
  else if (!strcmp(name, "semaphores")) semaphores();
  else if (!strcmp(name, "messages")) messages();
  else if (!strcmp(name, "system_v")) system_v();
  else if (!strcmp(name, "queues")) queues();
  else if (!strcmp(name, "ofd")) files(F_OFD_SETLKW, 0);
  else if (!strcmp(name, "flock_threads")) files(0, 3);
  else if (!strcmp(name, "file_waits")) file_waits();
  else if (!strcmp(name, "sockets3")) sockets(3, 0);
  else if (!strcmp(name, "epolls")) sockets(2, 1);
  else if (!strcmp(name, "waitpid")) child_writes(1);
  else if (!strcmp(name, "wait_any")) child_writes(0);
  else if (!strcmp(name, "vfork")) vfork_reads();
  else if (!strcmp(name, "pi_ring")) ring(PTHREAD_PRIO_INHERIT);
  else if (!strcmp(name, "writers")) two_writers(in_writers);
  else if (!strcmp(name, "upgrade")) two_writers(upgrades);
  else if (!strcmp(name, "timed")) { pthread_barrier_init(&together, 0, 2); start(timed, 0); start(timed, (void *)1L); }
  else if (!strcmp(name, "lost_wakeup")) { pthread_cond_signal(&cond); pthread_create(&first, 0, misses_as_first, 0); start(joins, 0); }
  else if (!strcmp(name, "reads_with_lock")) { start(reads_with_lock, 0); usleep(50000); for (int at = 0; at < 3; at++) start(waits, 0); }
  else if (!strcmp(name, "dead_thread")) { start(dies, 0); usleep(50000); for (int at = 0; at < 3; at++) start(waits, 0); }
  else if (!strcmp(name, "forked_lock")) { /* a child of a process one of whose threads has a lock: no thread of the child ever gives it back */
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&lock);
    if (forked()) { say(0, "mutex"); pthread_mutex_lock(&lock); }
  }
  else if (!strcmp(name, "tries")) { pthread_mutex_lock(&all->locks[0]); start(tries, 0); }
  else if (!strcmp(name, "yields")) { start(yields, 0); }
  else if (!strcmp(name, "sums")) { start(sums, 0); }
  else if (!strcmp(name, "works")) { for (int at = 0; at < 4; at++) start(works, 0); }
  else if (!strcmp(name, "moves")) { for (int at = 0; at < 6; at++) start(in_convoy, 0); }
  else if (!strcmp(name, "produces")) { sem_init(&all->sems[0], 0, 0); start(produces, 0); for (int at = 0; at < 3; at++) start(consumes, 0); }
  else if (!strcmp(name, "starved")) {
    pthread_rwlock_init(&all->rws[0], 0); for (int at = 0; at < 6; at++) { start(reads_shortly, 0); usleep(700); } start(writes_never, 0);
  }
  else if (!strcmp(name, "keep_alive")) keep_alive();
  else if (!strcmp(name, "exhaust")) exhaust_each_other();
  else { fprintf(stderr, "kinds: no such way: %s\n", name); return 2; }
  settle(); ready(); rest();
}
