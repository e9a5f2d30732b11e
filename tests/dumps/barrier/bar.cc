#include <pthread.h>
#include <unistd.h>
#include <thread>
#include <mutex>
#include <vector>
#include <latch>
#include <barrier>
#include <semaphore>
pthread_barrier_t bar; std::mutex a,b; std::latch la(3);
void waiter(){ pthread_barrier_wait(&bar);}
void one(){ std::lock_guard<std::mutex> g(a); sleep(1); std::lock_guard<std::mutex> h(b); pthread_barrier_wait(&bar);}
void two(){ std::lock_guard<std::mutex> g(b); sleep(1); std::lock_guard<std::mutex> h(a); }
void lw(){ la.arrive_and_wait(); }
int main(){ pthread_barrier_init(&bar,0,3); std::vector<std::thread> t; t.emplace_back(waiter); t.emplace_back(waiter); t.emplace_back(one); t.emplace_back(two); t.emplace_back(lw); t.emplace_back(lw); for(auto&x:t)x.join(); }
