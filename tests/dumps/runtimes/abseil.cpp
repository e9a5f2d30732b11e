#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/synchronization/barrier.h"
#include "absl/base/call_once.h"
#include <thread>
#include <unistd.h>
#include <pthread.h>
absl::Mutex A,B,C,H; absl::CondVar cv; absl::Notification no; absl::once_flag of; bool flag=false; 
static void nm(const char*n){pthread_setname_np(pthread_self(),n);}
[[gnu::noinline]] void forever(){for(;;)sleep(100);}
[[gnu::noinline]] void ab(){ nm("ab"); absl::MutexLock l(&A); usleep(200000); absl::MutexLock k(&B); }
[[gnu::noinline]] void ba(){ nm("ba"); absl::MutexLock l(&B); usleep(200000); absl::MutexLock k(&A); }
[[gnu::noinline]] void holder(){ nm("holder"); absl::MutexLock l(&H); forever(); }
[[gnu::noinline]] void w_lock(){ nm("w_lock"); usleep(100000); absl::MutexLock l(&H); }
[[gnu::noinline]] void w_read(){ nm("w_read"); usleep(100000); absl::ReaderMutexLock l(&H); }
[[gnu::noinline]] void w_cond(){ nm("w_cond"); absl::MutexLock l(&C); cv.Wait(&C); }
[[gnu::noinline]] void w_await(){ nm("w_await"); absl::MutexLock l(&C); C.Await(absl::Condition(&flag)); }
[[gnu::noinline]] void w_note(){ nm("w_note"); no.WaitForNotification(); }
[[gnu::noinline]] void h_once(){ nm("h_once"); absl::call_once(of,forever); }
[[gnu::noinline]] void w_once(){ nm("w_once"); usleep(100000); absl::call_once(of,forever); }
int main(){ absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); void(*f[])()={ab,ba,holder,w_lock,w_read,w_cond,w_await,w_note,h_once,w_once}; for(auto g:f) std::thread(g).detach(); forever(); }
