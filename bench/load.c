/* Posts events of ever new messageIds over kept connections, DEPTH requests in flight on each, and counts the answers
 * of 200; any other answer ends the run, for a figure over refusals is none.
 *
 *   load PORT CONNECTIONS DEPTH SECONDS EVENT */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
    int fd;
    int in_flight;
    char input[65536];
    size_t n;
};

static long next_id;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static int dial(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) fail("cannot connect");
    return fd;
}

static void post(struct connection *c, int times, const char *event) {
    static char text[1 << 20];
    char body[512];
    size_t n = 0;
    for (int i = 0; i < times; i++, next_id++) {
        int length = snprintf(body, sizeof(body),
                              "{\"userId\":\"u%ld\",\"event\":\"%s\",\"messageId\":\"m-%ld\",\"properties\":{\"plan\":"
                              "\"free\"}}",
                              next_id % 10000, event, next_id);
        n += (size_t)snprintf(text + n, sizeof(text) - n,
                              "POST /v1/track HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                              "content-length: %d\r\n\r\n%s",
                              length, body);
    }
    for (size_t sent = 0; sent < n;) {
        ssize_t w = write(c->fd, text + sent, n - sent);
        if (w <= 0) fail("the server closed a connection");
        sent += (size_t)w;
    }
    c->in_flight += times;
}

/* Takes whole answers off the input. Each has a content-length, as both servers write it. */
static int answers(struct connection *c) {
    int count = 0;
    size_t at = 0;
    for (;;) {
        char *end = memmem(c->input + at, c->n - at, "\r\n\r\n", 4);
        if (end == NULL) break;
        *end = 0;
        char *length = strcasestr(c->input + at, "content-length:");
        *end = '\r';
        if (strncmp(c->input + at, "HTTP/1.1 200", 12) != 0) fail("an answer is not 200");
        if (length == NULL) fail("an answer has no content-length");
        size_t whole = (size_t)(end + 4 - c->input) + strtoul(length + 15, NULL, 10);
        if (whole > c->n) break;
        at = whole;
        count++;
    }
    memmove(c->input, c->input + at, c->n - at);
    c->n -= at;
    return count;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: load PORT CONNECTIONS DEPTH SECONDS EVENT\n");
        return 64;
    }
    int n = atoi(argv[2]), depth = atoi(argv[3]);
    double seconds = atof(argv[4]);
    struct connection *all = calloc((size_t)n, sizeof(*all));
    struct pollfd *wait = calloc((size_t)n, sizeof(*wait));
    if (all == NULL || wait == NULL || depth > 1000) fail("too much asked");
    for (int i = 0; i < n; i++) {
        all[i].fd = dial(atoi(argv[1]));
        wait[i] = (struct pollfd){.fd = all[i].fd, .events = POLLIN};
        post(&all[i], depth, argv[5]);
    }
    long done = 0;
    double began = now();
    while (now() - began < seconds) {
        if (poll(wait, (nfds_t)n, 10000) <= 0) fail("no answer in ten seconds");
        for (int i = 0; i < n; i++) {
            struct connection *c = &all[i];
            if (wait[i].revents == 0) continue;
            ssize_t r = read(c->fd, c->input + c->n, sizeof(c->input) - c->n);
            if (r <= 0) fail("the server closed a connection");
            c->n += (size_t)r;
            int count = answers(c);
            c->in_flight -= count;
            done += count;
            if (count > 0) post(c, count, argv[5]);
        }
    }
    printf("%.0f\n", (double)done / (now() - began));
    return 0;
}
