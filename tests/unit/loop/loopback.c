#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "core/check.h"

int loopback_listen(int flags, char address[32]) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof in;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    JN_CHECK(bind(listener, (struct sockaddr *)&in, sizeof in) == 0);
    JN_CHECK(listen(listener, 8) == 0);
    JN_CHECK(getsockname(listener, (struct sockaddr *)&in, &length) == 0);
    (void)snprintf(address, 32, "127.0.0.1:%d", ntohs(in.sin_port));
    return listener;
}
