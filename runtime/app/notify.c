#include "runtime/app/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void jr_notify(const char *lines) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = path == NULL ? 0 : strlen(path);
    if (n < 2 || n >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) return;
    memcpy(address.sun_path, path, n);
    if (path[0] == '@') address.sun_path[0] = '\0'; /* an abstract socket */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    (void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    (void)close(fd);
}

static uint64_t notify_number(const char *name) {
    const char *text = getenv(name);
    char *end;
    if (text == NULL || *text < '0' || *text > '9') return 0;
    unsigned long long value = strtoull(text, &end, 10);
    return *end == '\0' ? value : 0;
}

uint64_t jr_notify_watchdog(void) {
    uint64_t pid = notify_number("WATCHDOG_PID"), us = notify_number("WATCHDOG_USEC");
    if (pid != 0 && pid != (uint64_t)getpid()) return 0;
    return us > UINT64_MAX / 1000 ? 0 : us * 1000;
}
