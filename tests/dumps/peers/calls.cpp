// Two servers that call each other: calls NAME PORT PEER_PORT WORKERS JOBS MODE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

static int peer_port;
static std::string mode, name;

class Pool {
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<std::packaged_task<void()>> tasks;
    std::vector<std::thread> threads;
    void run() {
        for (;;) {
            std::unique_lock<std::mutex> lock(mutex);
            filled.wait(lock, [this] { return !tasks.empty(); });
            auto task = std::move(tasks.front());
            tasks.pop_front();
            lock.unlock();
            task();
        }
    }
public:
    explicit Pool(int size) {
        for (int i = 0; i < size; i++) {
            threads.emplace_back([this] { run(); });
            pthread_setname_np(threads.back().native_handle(), (name + "-work-" + std::to_string(i)).c_str());
        }
    }
    void submit(std::packaged_task<void()> task) {
        { std::lock_guard<std::mutex> guard(mutex); tasks.push_back(std::move(task)); }
        filled.notify_one();
    }
};

__attribute__((noinline)) static int dial(int port) {
    sockaddr_in to{};
    to.sin_family = AF_INET; to.sin_port = htons(port); to.sin_addr.s_addr = inet_addr(getenv("PEER") ? getenv("PEER") : "127.0.0.1");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    while (connect(fd, (sockaddr *)&to, sizeof to)) usleep(100000);
    return fd;
}
__attribute__((noinline)) void call_peer(int number) {
    int fd = dial(peer_port);
    char text[64];
    int size = snprintf(text, sizeof text, "query %d", number);
    send(fd, text, size, 0);
    if (mode == "poll") {
        pollfd reply{fd, POLLIN, 0};
        poll(&reply, 1, -1);
    }
    recv(fd, text, sizeof text, 0);
    close(fd);
}
__attribute__((noinline)) void serve(int fd) {
    char text[64];
    for (;;) {
        ssize_t size = recv(fd, text, sizeof text, 0);
        if (size <= 0) { close(fd); return; }
        if (mode == "slow") sleep(900);
        if (mode == "lost") continue;
        if (mode == "nest") call_peer(0);
        send(fd, "done", 4, 0);
    }
}
__attribute__((noinline)) void compute() {
    for (volatile unsigned long turns = 0;; turns++) ;
}
static std::mutex turn;
__attribute__((noinline)) void call_in_turn(int number) {
    std::lock_guard<std::mutex> guard(turn);
    call_peer(number);
}
__attribute__((noinline)) void start_job(int number) {
    usleep(1000000);
    if (mode == "busy" && number > 3) compute();
    if (mode == "turns") call_in_turn(number);
    else call_peer(number);
}
static void accept_all(int listener, Pool *pool) {
    for (;;) {
        int fd = accept(listener, nullptr, nullptr);
        if (fd >= 0) pool->submit(std::packaged_task<void()>([fd] { serve(fd); }));
    }
}
__attribute__((noinline)) void accept_one(int listener) {
    for (;;) serve(accept(listener, nullptr, nullptr));
}
int main(int, char **argv) {
    name = argv[1]; peer_port = atoi(argv[3]); mode = argv[6];
    int family = mode == "dual" ? AF_INET6 : AF_INET, listener = socket(family, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) {
        sockaddr_in6 at{}; at.sin6_family = AF_INET6; at.sin6_port = htons(atoi(argv[2])); at.sin6_addr = in6addr_any;
        bind(listener, (sockaddr *)&at, sizeof at);
    } else {
        sockaddr_in at{}; at.sin_family = AF_INET; at.sin_port = htons(atoi(argv[2])); at.sin_addr.s_addr = htonl(INADDR_ANY);
        bind(listener, (sockaddr *)&at, sizeof at);
    }
    listen(listener, 64);
    Pool pool(atoi(argv[4]));
    std::thread acceptor;
    if (mode != "crew") {
        acceptor = std::thread(accept_all, listener, &pool);
        pthread_setname_np(acceptor.native_handle(), (name + "-accept").c_str());
    }
    for (int i = 0; i < atoi(argv[5]); i++) pool.submit(std::packaged_task<void()>([i] { start_job(i); }));
    if (mode == "crew")
        for (int i = 0; i < atoi(argv[4]); i++) pool.submit(std::packaged_task<void()>([listener] { accept_one(listener); }));
    else
        acceptor.join();
    for (;;) pause();
}
