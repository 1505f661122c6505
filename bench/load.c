/* Posts events of ever new messageIds over kept connections, DEPTH requests in flight on each, and counts the events
 * of answers of 200; any other answer ends the run, for a figure over refusals is none.
 *
 *   load PORT CONNECTIONS DEPTH SECONDS EVENT BATCH CUSTOMERS PID
 *
 * BATCH 0: each event is a request to /v1/track; else so many are one of /v1/batch. CUSTOMERS are s00000000 and on,
 * each event that of any of them, in no order; SECONDS 0: each of them has one, in order. Prints one JSON object:
 * events a second, and what each has cost process PID (written: to files and to sockets). */
#include <arpa/inet.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
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
static uint64_t customers;
static int batch, pid;
static bool in_order;
static const char *event;

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

/* Any of the customers, each as often: the same ones in each run. */
static uint64_t whose(long id) {
    if (in_order) return (uint64_t)id % customers;
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % customers;
}

static int put_event(char *text, size_t room) {
    long id = next_id++;
    uint64_t customer = whose(id);
    return snprintf(text, room,
                    "{%s\"userId\":\"s%08" PRIu64 "\",\"event\":\"%s\",\"messageId\":\"m-%d-%ld\",\"properties\":{"
                    "\"email\":\"c%" PRIu64 "@example.com\",\"plan\":\"trial\"}}",
                    batch > 0 ? "\"type\":\"track\"," : "", customer, event, (int)getpid(), id, customer);
}

static int put_body(char *text, size_t room) {
    if (batch == 0) return put_event(text, room);
    size_t n = (size_t)snprintf(text, room, "{\"batch\":[");
    for (int i = 0; i < batch; i++) {
        if (i > 0) text[n++] = ',';
        n += (size_t)put_event(text + n, room - n);
    }
    return (int)(n + (size_t)snprintf(text + n, room - n, "]}"));
}

static void post(struct connection *c, int times) {
    static char text[1 << 22], body[1 << 16];
    size_t n = 0;
    for (int i = 0; i < times && !(in_order && next_id >= (long)customers); i++) {
        int length = put_body(body, sizeof(body));
        n += (size_t)snprintf(text + n, sizeof(text) - n,
                              "POST /v1/%s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                              "content-length: %d\r\n\r\n",
                              batch > 0 ? "batch" : "track", length);
        if (n + (size_t)length > sizeof(text)) fail("too much asked");
        memcpy(text + n, body, (size_t)length);
        n += (size_t)length;
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

/* ---- what the server used */

static double cpu_seconds(void) {
    char path[64], text[1024];
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("the server is gone");
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[n] = 0;
    unsigned long user = 0, system = 0;
    (void)sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* What was given to write: what the system counts as written are the large pages of its cache, many times as much. */
static double written_bytes(void) {
    char path[64], line[128];
    double value = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/io", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "wchar:", 6) == 0) value = strtod(line + 6, NULL);
    if (file != NULL) (void)fclose(file);
    return value;
}

static struct connection *dial_all(int port, int n, int depth, struct pollfd *wait) {
    struct connection *all = calloc((size_t)n, sizeof(*all));
    if (all == NULL || wait == NULL || depth > 1000) fail("too much asked");
    for (int i = 0; i < n; i++) {
        all[i].fd = dial(port);
        wait[i] = (struct pollfd){.fd = all[i].fd, .events = POLLIN};
        post(&all[i], depth);
    }
    return all;
}

static long run(struct connection *all, struct pollfd *wait, int n, double until) {
    long done = 0;
    while (in_order ? done < (long)customers : now() < until) {
        if (poll(wait, (nfds_t)n, 10000) <= 0) fail("no answer in ten seconds");
        for (int i = 0; i < n; i++) {
            struct connection *c = &all[i];
            if (wait[i].revents == 0) continue;
            ssize_t r = read(c->fd, c->input + c->n, sizeof(c->input) - c->n);
            if (r <= 0) fail("the server closed a connection");
            c->n += (size_t)r;
            int count = answers(c);
            c->in_flight -= count;
            done += (long)count * (batch > 0 ? batch : 1);
            if (count > 0) post(c, count);
        }
    }
    return done;
}

int main(int argc, char **argv) {
    if (argc != 9) {
        fprintf(stderr, "usage: load PORT CONNECTIONS DEPTH SECONDS EVENT BATCH CUSTOMERS PID\n");
        return 64;
    }
    int n = atoi(argv[2]);
    double seconds = atof(argv[4]);
    event = argv[5];
    in_order = seconds == 0;
    batch = atoi(argv[6]);
    customers = strtoull(argv[7], NULL, 10);
    pid = atoi(argv[8]);
    if (customers == 0 || batch > 500) fail("too much asked");
    struct pollfd *wait = calloc((size_t)n, sizeof(*wait));
    double cpu = cpu_seconds(), written = written_bytes(), began = now();
    struct connection *all = dial_all(atoi(argv[1]), n, atoi(argv[3]), wait);
    long done = run(all, wait, n, began + seconds);
    printf("{\"events_per_second\":%.0f,\"cpu_us\":%.1f,\"written_bytes\":%.0f}\n", (double)done / (now() - began),
           (cpu_seconds() - cpu) / (double)done * 1e6, (written_bytes() - written) / (double)done);
    return 0;
}
