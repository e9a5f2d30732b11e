// Two children of one parent that wait for each other: pair read|write|fill
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char block[65536];

__attribute__((noinline)) static void take_turns(int in, int out) {
    char turn;
    for (;;) {
        read(in, &turn, 1);
        write(out, &turn, 1);
    }
}
__attribute__((noinline)) static void push(int fd) {
    for (;;) send(fd, block, sizeof block, 0);
}
__attribute__((noinline)) static void fill(int out) {
    for (;;) write(out, block, sizeof block);
}
int main(int count, char **words) {
    int there[2], back[2], pair[2];
    pipe(there), pipe(back), socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int side = 0; side < 2; side++)
        if (!fork()) {
            close(pair[!side]), close(there[side]), close(back[!side]);
            if (!strcmp(words[1], "write")) push(pair[side]);
            if (!strcmp(words[1], "fill")) fill(side ? back[1] : there[1]);
            take_turns(side ? there[0] : back[0], side ? back[1] : there[1]);
        }
    if (count < 3) {
        close(pair[0]), close(pair[1]), close(there[0]), close(there[1]), close(back[0]), close(back[1]);
    }
    while (wait(0) > 0) ;
}
