/* One program, many stacks that are hard to unwind: `frames` prints `ready` when its threads stand; `frames churn` makes and ends threads for ever. */
#define _GNU_SOURCE
#include <alloca.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void rest(void) { for (;;) pause(); }
static int deep(int left) { volatile char room[64]; room[0] = (char)left; if (!left) rest(); return deep(left - 1) + room[0]; }
static void counts(int number) { (void)number; }
static int spins(int left) { volatile char room[64]; room[0] = (char)left; while (!left) room[0]++; return spins(left - 1) + room[0]; }
static void *runs_deep(void *left) { spins((int)(long)left); return 0; }
static void handler(int number) { (void)number; rest(); }
static int compare(const void *one, const void *other) { rest(); return one < other; }

static void *with_alloca(void *size) { char *room = alloca((long)size); memset(room, 1, (long)size); for (;;) poll(0, 0, -1); return room; }
static void *aligned(void *x) { __attribute__((aligned(64))) char room[128]; memset(room, 1, 128); for (;;) poll((void *)room, 0, -1); return x; }
static void *sorts(void *x) { int numbers[10] = {3, 2}; qsort(numbers, 10, sizeof(int), compare); return x; }
static void *deeper(void *left) { deep((long)left); return 0; }
static void *signalled(void *x) { raise(SIGUSR1); return x; }
static void *elsewhere(void *x) {
  stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaltstack(&other, 0); sigaction(SIGUSR2, &action, 0); raise(SIGUSR2);
  return x;
}
/* Two frames that a run-time has compiled, in memory of no file: push %rbp; mov %rsp,%rbp; sub $24,%rsp; call *%rdi; leave; ret, and the same that calls it. */
static void *compiled(void *at) {
  static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x18, 0xff, 0xd7, 0xc9, 0xc3, 0x55, 0x48, 0x89, 0xe5, 0xe8, 0xeb, 0xff, 0xff, 0xff, 0xc9, 0xc3};
  unsigned char *place = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(place, code, sizeof code);
  ((void (*)(void (*)(void)))(place + (long)at))(rest);
  return at;
}
static void *tells_time(void *x) { struct timespec now; for (;;) clock_gettime(CLOCK_MONOTONIC, &now); return x; }
static void short_rest(void) { struct timespec time = {0, 300000}; nanosleep(&time, 0); }
static int left(int depth) { volatile char room[400]; room[0] = 1; if (!depth) { short_rest(); return 0; } return left(depth - 1) + room[0]; }
static int right(int depth) { volatile char room[200]; room[0] = 1; if (!depth) { short_rest(); return 0; } return right(depth - 1) + room[0]; }
static void *flips(void *x) { for (;;) { left(7); right(11); } return x; }
static void *ends(void *x) { usleep(200); return x; }

static void start(void *(*run)(void *), void *argument) {
  pthread_t thread; pthread_attr_t attr;
  pthread_attr_init(&attr); pthread_attr_setstacksize(&attr, 16 << 20); pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  if (pthread_create(&thread, &attr, run, argument)) usleep(1000);
}

int main(int count, char **words) {
  signal(SIGUSR1, handler);
  if (!strcmp(words[count - 1], "churn")) { puts("ready"); fflush(stdout); for (;;) { start(ends, 0); usleep(100); } }
  if (!strcmp(words[count - 1], "vfork")) { /* the parent cannot be stopped until its child ends */
    if (!vfork()) { char byte; if (write(1, "ready\n", 6) != 6 || read(0, &byte, 1)) _exit(1); _exit(0); }
    puts("on"); fflush(stdout); rest();
  }
  if (!strcmp(words[count - 1], "alarms")) {
    struct itimerval often = {{0, 500}, {0, 500}};
    signal(SIGALRM, counts); setitimer(ITIMER_REAL, &often, 0); start(tells_time, 0);
  }
  if (!strcmp(words[count - 1], "leaderless")) { start(deeper, (void *)3L); puts("ready"); fflush(stdout); pthread_exit(0); }
  if (!strcmp(words[count - 1], "flips")) for (int at = 0; at < 4; at++) start(flips, 0);
  if (!strcmp(words[count - 1], "runs")) start(runs_deep, (void *)9000L);
  if (!strcmp(words[count - 1], "time")) start(tells_time, 0);
  else if (!strcmp(words[count - 1], "all")) {
    start(with_alloca, (void *)(long)(400 * count)); start(aligned, 0); start(sorts, 0); start(compiled, 0); start(compiled, (void *)12L); start(signalled, 0); start(elsewhere, 0);
    start(deeper, (void *)100L); start(deeper, (void *)900L); start(deeper, (void *)20000L);
  }
  usleep(200000); puts("ready"); fflush(stdout); rest();
}
