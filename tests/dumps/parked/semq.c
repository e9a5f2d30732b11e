// healthy idle: classic bounded queue with two semaphores; 8 consumers parked; and mq_receive, msgrcv readers, read() from pipe of self (self-pipe trick)
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
#include <mqueue.h>
#include <sys/msg.h>
sem_t items; mqd_t q; int p[2]; int mid; volatile long n;
int get_job(){ sem_wait(&items); return 1; }
void run_job(int j){ n+=j; }
void* worker(void*a){ for(;;){ int j=get_job(); run_job(j);} }
void* mqreader(void*a){ char b[9000]; for(;;) n+=mq_receive(q,b,9000,0); }
void* sysv(void*a){ char b[9000]; for(;;) n+=msgrcv(mid,b,8000,0,0); }
void* selfpipe(void*a){ char b[10]; for(;;) n+=read(p[0],b,10); }
int main(){ sem_init(&items,0,0); pipe(p); q=mq_open("/semq",O_CREAT|O_RDWR,0600,0); mid=msgget(IPC_PRIVATE,0600); pthread_t t; for(int i=0;i<8;i++) pthread_create(&t,0,worker,0); for(int i=0;i<3;i++){pthread_create(&t,0,mqreader,0);pthread_create(&t,0,sysv,0);} pthread_create(&t,0,selfpipe,0); pthread_join(t,0);}
