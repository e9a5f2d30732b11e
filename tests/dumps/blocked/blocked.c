/* One thread in each call of glibc that can be made to wait for ever, named for it: gcc -g -O1 blocked.c */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <sys/eventfd.h>

static int empty[2], empty2[2], full[2], pair[2], msgs, full_msgs, sems, child, file;
static mqd_t queue, full_queue;
static struct sockaddr_un busy = {AF_UNIX, ""};
static volatile long done;
static char bytes[9000];
static struct timespec later;

#define CALL(name, call) static void *name##_thread(void *a) { do done += (long)(call); while (errno == EINTR); return a; }

static struct msgbuf1 { long type; char text[8000]; } message = {1, ""};
static struct sembuf take = {0, -1, 0};
static struct iovec part = {bytes, 100};
static struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
static struct mmsghdr many;
static struct msghdr one = {.msg_iov = &part, .msg_iovlen = 1};
static struct epoll_event event;
static int loop;
static struct pollfd polled;
static struct aiocb job;
static const struct aiocb *jobs[] = {&job};

static int connecting(void) { int s = socket(AF_UNIX, SOCK_STREAM, 0); return connect(s, (struct sockaddr *)&busy, sizeof busy); }
static int selecting(void) { fd_set set; FD_ZERO(&set); FD_SET(empty[0], &set); return select(empty[0] + 1, &set, 0, 0, 0); }
static int pselecting(void) { fd_set set; FD_ZERO(&set); FD_SET(empty[0], &set); return pselect(empty[0] + 1, &set, 0, 0, &later, 0); }
static int inotifying(void) { int i = inotify_init(); inotify_add_watch(i, "/tmp", IN_ATTRIB | IN_ONLYDIR | IN_DELETE_SELF); return read(i, bytes, 900); }
static int counting(void) { return read(eventfd(0, 0), bytes, 8); }
static int draining(void) { int m = posix_openpt(O_RDWR); grantpt(m); unlockpt(m); int s = open(ptsname(m), O_RDWR | O_NOCTTY); (void)!write(s, bytes, 100); return tcdrain(s); }

CALL(mq_receive, mq_receive(queue, bytes, 9000, 0))
CALL(mq_timedreceive, mq_timedreceive(queue, bytes, 9000, 0, &later))
CALL(mq_send, mq_send(full_queue, bytes, 10, 0))
CALL(mq_timedsend, mq_timedsend(full_queue, bytes, 10, 0, &later))
CALL(msgrcv, msgrcv(msgs, &message, 8000, 0, 0))
CALL(msgsnd, msgsnd(full_msgs, &message, 8000, 0))
CALL(semop, semop(sems, &take, 1))
CALL(semtimedop, semtimedop(sems, &take, 1, &(struct timespec){99999, 0}))
CALL(fcntl_lock, fcntl(file, F_SETLKW, &whole))
CALL(lockf, lockf(file, F_LOCK, 0))
CALL(flock, flock(open("/tmp/stackan-lock", O_RDWR), LOCK_EX))
CALL(splice, splice(empty[0], 0, full[1], 0, 100, 0))
CALL(tee, tee(empty[0], empty2[1], 100, 0))
CALL(vmsplice, vmsplice(full[1], &part, 1, 0))
CALL(sendfile, sendfile(full[1], file, 0, 4096))
CALL(read, read(empty[0], bytes, 1))
CALL(readv, readv(empty[0], &part, 1))
CALL(write, write(full[1], bytes, 4096))
CALL(writev, writev(full[1], &part, 1))
CALL(connect, connecting())
CALL(poll, poll(&polled, 1, -1))
CALL(ppoll, ppoll(&polled, 1, &later, 0))
CALL(select, selecting())
CALL(pselect, pselecting())
CALL(epoll_wait, epoll_wait(loop, &event, 1, -1))
CALL(epoll_pwait, epoll_pwait(loop, &event, 1, -1, &(sigset_t){}))
CALL(epoll_pwait2, epoll_pwait2(loop, &event, 1, &later, 0))
CALL(recv, recv(pair[0], bytes, 10, 0))
CALL(recvmsg, recvmsg(pair[0], &one, 0))
CALL(recvmmsg, recvmmsg(pair[0], &many, 1, 0, 0))
CALL(send, send(pair[1], bytes, 9000, 0))
CALL(sendmsg, sendmsg(pair[1], &one, 0))
CALL(sendmmsg, sendmmsg(pair[1], &many, 1, 0))
CALL(wait, wait(0))
CALL(waitpid, waitpid(child, 0, 0))
CALL(wait3, wait3(0, 0, 0))
CALL(wait4, wait4(child, 0, 0, 0))
CALL(waitid, waitid(P_PID, child, 0, WEXITED))
CALL(system, system("exec sleep 100000"))
CALL(pclose, pclose(popen("exec sleep 100000", "r")))
CALL(sigwait, sigwait(&(sigset_t){{1 << 9}}, &(int){0}))
CALL(sigtimedwait, sigtimedwait(&(sigset_t){{1 << 9}}, 0, &(struct timespec){99999, 0}))
CALL(sigsuspend, sigsuspend(&(sigset_t){}))
CALL(pause, pause())
CALL(open_fifo, open("/tmp/stackan-fifo", O_RDONLY))
CALL(openat_fifo, openat(AT_FDCWD, "/tmp/stackan-fifo2", O_WRONLY))
CALL(fopen_fifo, (long)fopen("/tmp/stackan-fifo3", "r"))
CALL(inotify, inotifying())
CALL(eventfd, counting())
CALL(eventfd_read, eventfd_read(eventfd(0, 0), &(eventfd_t){0}))
CALL(tcdrain, draining())
CALL(usleep, usleep(999999999))
CALL(aio_suspend, aio_suspend(jobs, 1, 0))
CALL(preadv2, preadv2(empty[0], &part, 1, -1, 0))
CALL(pwritev2, pwritev2(full[1], &part, 1, -1, 0))

static void fill(int fd) { fcntl(fd, F_SETFL, O_NONBLOCK); while (write(fd, bytes, 4096) > 0); while (write(fd, bytes, 1) > 0); fcntl(fd, F_SETFL, 0); }

int main(void) {
  pthread_t t;
  clock_gettime(CLOCK_REALTIME, &later); later.tv_sec += 99999;
  (void)!pipe(empty); (void)!pipe(empty2); (void)!pipe(full); socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  fill(full[1]); fill(pair[1]);
  struct mq_attr size = {.mq_maxmsg = 1, .mq_msgsize = 8192};
  mq_unlink("/stackan1"); mq_unlink("/stackan2");
  queue = mq_open("/stackan1", O_CREAT | O_RDWR, 0600, &size); full_queue = mq_open("/stackan2", O_CREAT | O_RDWR, 0600, &size);
  mq_send(full_queue, bytes, 10, 0);
  msgs = msgget(IPC_PRIVATE, 0600); full_msgs = msgget(IPC_PRIVATE, 0600);
  while (!msgsnd(full_msgs, &message, 8000, IPC_NOWAIT));
  sems = semget(IPC_PRIVATE, 1, 0600);
  mkfifo("/tmp/stackan-fifo", 0600); mkfifo("/tmp/stackan-fifo2", 0600); mkfifo("/tmp/stackan-fifo3", 0600);
  file = open("/tmp/stackan-lock", O_RDWR | O_CREAT | O_TRUNC, 0600); (void)!write(file, bytes, 9000); lseek(file, 0, SEEK_SET);
  if (!(child = fork())) { int f = open("/tmp/stackan-lock", O_RDWR); fcntl(f, F_SETLKW, &whole); flock(f, LOCK_EX); pause(); }
  sleep(1);
  strcpy(busy.sun_path + 1, "stackan-busy");
  int l = socket(AF_UNIX, SOCK_STREAM, 0); bind(l, (struct sockaddr *)&busy, sizeof busy); listen(l, 0);
  connecting();
  loop = epoll_create1(0); polled = (struct pollfd){empty[0], POLLIN, 0}; many.msg_hdr = one;
  job = (struct aiocb){.aio_fildes = empty2[0], .aio_buf = bytes, .aio_nbytes = 10}; aio_read(&job);
  void *(*all[])(void *) = {mq_receive_thread, mq_timedreceive_thread, mq_send_thread, mq_timedsend_thread, msgrcv_thread, msgsnd_thread, semop_thread,
    semtimedop_thread, fcntl_lock_thread, lockf_thread, flock_thread, splice_thread, tee_thread, vmsplice_thread, sendfile_thread, read_thread, readv_thread,
    write_thread, writev_thread, connect_thread, poll_thread, ppoll_thread, select_thread, pselect_thread, epoll_wait_thread, epoll_pwait_thread,
    epoll_pwait2_thread, recv_thread, recvmsg_thread, recvmmsg_thread, send_thread, sendmsg_thread, sendmmsg_thread, wait_thread, waitpid_thread, wait3_thread, wait4_thread,
    waitid_thread, system_thread, pclose_thread, sigwait_thread, sigtimedwait_thread, sigsuspend_thread, pause_thread, open_fifo_thread, openat_fifo_thread,
    fopen_fifo_thread, inotify_thread, eventfd_thread, eventfd_read_thread, tcdrain_thread, usleep_thread, aio_suspend_thread, preadv2_thread, pwritev2_thread};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) pthread_create(&t, 0, all[i], 0);
  pthread_join(t, 0);
}
