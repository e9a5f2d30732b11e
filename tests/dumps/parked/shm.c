// two processes, a shared mutex pair, ABBA
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sys/wait.h>
#include <stdio.h>
struct S { pthread_mutex_t a,b; } *s; volatile int n;
void transfer(pthread_mutex_t*x,pthread_mutex_t*y){ pthread_mutex_lock(x); sleep(1); pthread_mutex_lock(y); n++; pthread_mutex_unlock(y); pthread_mutex_unlock(x);}
int main(){ s=mmap(0,4096,PROT_READ|PROT_WRITE,MAP_SHARED|MAP_ANONYMOUS,-1,0); pthread_mutexattr_t at; pthread_mutexattr_init(&at); pthread_mutexattr_setpshared(&at,1); pthread_mutex_init(&s->a,&at); pthread_mutex_init(&s->b,&at);
 if(fork()==0){ transfer(&s->a,&s->b); _exit(0);} if(fork()==0){ transfer(&s->b,&s->a); _exit(0);} while(wait(0)>0); }
