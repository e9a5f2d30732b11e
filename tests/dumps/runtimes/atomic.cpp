// An idle pool: six workers wait for an atomic to change. (What the dumped program, idle2.cpp, did when it was asked for this.)
#include <atomic>
#include <thread>
#include <vector>

std::atomic<int> work{0};

void w_atomic() {
    for (;;) work.wait(0);
}

int main() {
    std::vector<std::thread> workers;
    for (int i = 0; i < 6; i++) workers.emplace_back(w_atomic);
    for (auto &worker : workers) worker.join();
}
