// Tasks that were enqueued in an arena and wait for more of them, which nobody is left to run; or, called with an argument, tasks that
// have ended, while main goes on.  Debian 12, libtbb12 2021.8.0 (stripped): g++ -g -O1 -pthread tbb.cpp -ltbb
#include <future>
#include <memory>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

static tbb::task_arena arena(3, 1);

__attribute__((noinline)) int fetch_part(int part) {
    auto promise = std::make_shared<std::promise<int>>();
    auto future = promise->get_future();
    arena.enqueue([promise, part] { promise->set_value(part); });
    return future.get();
}

__attribute__((noinline)) void merge_parts(int part) {
    usleep(300000);
    fetch_part(part);
}

int main(int count, char **) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 3);
    if (count > 1) {
        volatile double sum = 0;
        tbb::parallel_for(0, 1000000, [&](int day) { sum = sum + day; });
    } else {
        for (int part = 0; part < 8; part++)
            arena.enqueue([part] { merge_parts(part); });
    }
    pause();
}
