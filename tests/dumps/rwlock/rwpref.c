// writer-preferring pthread rwlock
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>
#include <sys/prctl.h>
pthread_rwlock_t dict_lock; volatile long n;
void* dump_dict(void*a){ pthread_rwlock_rdlock(&dict_lock); pause(); pthread_rwlock_unlock(&dict_lock); return 0; }
void* update_dict(void*a){ pthread_rwlock_wrlock(&dict_lock); n++; pthread_rwlock_unlock(&dict_lock); return 0; }
void* lookup(void*a){ pthread_rwlock_rdlock(&dict_lock); n++; pthread_rwlock_unlock(&dict_lock); return 0; }
int main(){ pthread_rwlockattr_t at; pthread_rwlockattr_init(&at); pthread_rwlockattr_setkind_np(&at,PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP); pthread_rwlock_init(&dict_lock,&at);
 pthread_t t[10]; pthread_create(&t[0],0,dump_dict,0); sleep(1); pthread_create(&t[1],0,update_dict,0); sleep(1); for(int i=2;i<10;i++) pthread_create(&t[i],0,lookup,0); for(int i=0;i<10;i++) pthread_join(t[i],0); }
