// healthy prefork server: master waits for children; children serialize accept() by a process-shared mutex (as Apache's prefork MPM)
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>
pthread_mutex_t *accept_mutex; int l;
void child_main(){ for(;;){ pthread_mutex_lock(accept_mutex); int c=accept(l,0,0); pthread_mutex_unlock(accept_mutex); close(c);} }
int main(){ accept_mutex=mmap(0,4096,3,MAP_SHARED|MAP_ANONYMOUS,-1,0); pthread_mutexattr_t a; pthread_mutexattr_init(&a); pthread_mutexattr_setpshared(&a,1); pthread_mutex_init(accept_mutex,&a); l=socket(AF_INET,SOCK_STREAM,0); listen(l,9); for(int i=0;i<5;i++) if(!fork()) child_main(); while(wait(0)>0); }
