/* Events in, webhooks out: the generator and the receiver of one scenario, in one process beside the server under test.
 *
 *   scenario KIND EVENTS CONNECTIONS RATE RUN [PATH]
 *
 * KIND: `once` (an event, its webhook at once), `later` (its webhook a second later; the second is taken off, so that
 * what is left is how late the timer was, and never too little: it is due a second after the event has come in), `pair`
 * (a second event of the same customer ends a wait; timed from that one), `spread` (events signup0 to signup99 in turn,
 * whose webhooks go to a hundred receivers; those of the first are not waited for). RATE 0: each connection posts its
 * next event when the last is answered; else so many events a second by the clock, timed from when each was due. RUN
 * keeps the customers of one run apart from another's. PATH is where events are posted to (/v1/track).
 *
 * Prints the receiver's port, then waits for a line `PORT PID` of the server, then prints one JSON object. Any refusal,
 * loss or repetition ends it with status 1: a figure over those is none. */
#include <arpa/inet.h>
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum { INPUT_MAX = 65536, BODY_MAX = 8192, PATIENCE_MS = 60000 };
enum kind { ONCE, LATER, PAIR, SPREAD, KINDS };
enum { RECEIVERS = 100 };
enum { IDLE = -1, CONNECTING = -2 };

struct event {
    double due, acked, done; /* seconds; 0: not yet */
};

struct client { /* a connection of the generator */
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    long event; /* in flight; IDLE or CONNECTING */
    int second; /* of a pair */
    char request[1024], input[4096];
    size_t n;
};

struct guest { /* a connection to the receiver */
    uv_tcp_t tcp;
    llhttp_t parser;
    uv_write_t write;
    char input[INPUT_MAX], body[BODY_MAX];
    size_t n;
};

static const char OK[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
static uv_loop_t *loop;
static llhttp_settings_t settings;
static enum kind kind;
static long n_event, n_client, next_event, n_acked, n_done, n_awaited;
static double rate, began, ended, last_progress;
static const char *run, *posted_to = "/v1/track";
static struct event *event;
static struct client *client;
static int pid;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "scenario: %s (%ld posted, %ld answered, %ld delivered)\n", what, next_event, n_acked, n_done);
    exit(1);
}

/* Whether its webhook is waited for. */
static int is_awaited(long i) {
    return kind != SPREAD || i % RECEIVERS != 0;
}

/* ---- the receiver */

static void guest_closed(uv_handle_t *handle) {
    free(handle->data);
}

static int guest_message(llhttp_t *parser) {
    struct guest *g = parser->data;
    static const char mark[] = "\"customer\":{\"id\":\"";
    char *at = memmem(g->body, g->n, mark, sizeof(mark) - 1);
    if (at == NULL) fail("a webhook without a customer");
    at += sizeof(mark) - 1;
    size_t length = strlen(run);
    g->n = 0;
    uv_buf_t buf = uv_buf_init((char *)OK, sizeof(OK) - 1);
    uv_write(&g->write, (uv_stream_t *)&g->tcp, &buf, 1, NULL);
    if (strncmp(at, run, length) != 0 || at[length] != '-') return 0; /* left over from an earlier run */
    long i = strtol(at + length + 1, NULL, 10);
    if (i < 0 || i >= n_event) fail("a webhook for an event that was not sent");
    if (!is_awaited(i)) return 0;
    if (event[i].done != 0) fail("a webhook came twice");
    event[i].done = last_progress = ended = now();
    n_done++;
    return 0;
}

static int guest_body(llhttp_t *parser, const char *at, size_t n) {
    struct guest *g = parser->data;
    if (g->n + n > BODY_MAX - 1) fail("a webhook is too large");
    memcpy(g->body + g->n, at, n);
    g->n += n;
    g->body[g->n] = 0;
    return 0;
}

static void guest_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)suggested;
    *buf = uv_buf_init(((struct guest *)handle->data)->input, INPUT_MAX);
}

static void guest_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct guest *g = stream->data;
    if (n < 0 || llhttp_execute(&g->parser, buf->base, (size_t)n) != HPE_OK)
        uv_close((uv_handle_t *)stream, guest_closed);
}

static void guest_arrives(uv_stream_t *server, int status) {
    struct guest *g = calloc(1, sizeof(*g));
    if (status != 0 || g == NULL) fail("the receiver cannot accept");
    uv_tcp_init(loop, &g->tcp);
    g->tcp.data = g;
    llhttp_init(&g->parser, HTTP_REQUEST, &settings);
    g->parser.data = g;
    if (uv_accept(server, (uv_stream_t *)&g->tcp) != 0) fail("the receiver cannot accept");
    uv_tcp_nodelay(&g->tcp, 1);
    uv_read_start((uv_stream_t *)&g->tcp, guest_room, guest_read);
}

/* ---- the generator */

static void post(struct client *c) {
    char body[512];
    long i = c->event;
    char name[16] = "signup";
    if (kind == PAIR && c->second) snprintf(name, sizeof(name), "purchase");
    if (kind == SPREAD) snprintf(name, sizeof(name), "signup%d", (int)(i % RECEIVERS));
    int n = snprintf(body, sizeof(body),
                     "{\"userId\":\"%s-%ld\",\"event\":\"%s\",\"messageId\":\"%s-%ld-%d\",\"properties\":{\"email\":"
                     "\"customer%ld@example.com\",\"plan\":\"trial\",\"campaign\":\"spring-sale-2026\",\"page\":"
                     "\"https://shop.example/landing?utm_source=newsletter\"}}",
                     run, i, name, run, i, c->second, i);
    int length = snprintf(c->request, sizeof(c->request),
                          "POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                          "content-length: %d\r\n\r\n%s",
                          posted_to, n, body);
    if (rate == 0 || c->second) event[i].due = now();
    uv_buf_t buf = uv_buf_init(c->request, (unsigned)length);
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, NULL) != 0) fail("the server closed a connection");
}

/* The next event that is due goes out on this connection. */
static void begin(struct client *c) {
    c->event = IDLE;
    if (next_event == n_event) return;
    if (rate > 0 && event[next_event].due > now()) return;
    c->event = next_event++;
    c->second = 0;
    post(c);
}

static void answered(struct client *c) {
    long i = c->event;
    if (kind == PAIR && !c->second) {
        c->second = 1;
        post(c);
        return;
    }
    event[i].acked = last_progress = now();
    n_acked++;
    begin(c);
}

static void client_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)suggested;
    struct client *c = handle->data;
    *buf = uv_buf_init(c->input + c->n, (unsigned)(sizeof(c->input) - 1 - c->n));
}

static void client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct client *c = stream->data;
    (void)buf;
    if (n < 0) fail("the server closed a connection");
    c->n += (size_t)n;
    c->input[c->n] = 0;
    char *end = strstr(c->input, "\r\n\r\n");
    if (end == NULL) return;
    char *length = strcasestr(c->input, "content-length:");
    if (strncmp(c->input, "HTTP/1.1 200", 12) != 0 && strncmp(c->input, "HTTP/1.1 202", 12) != 0)
        fail("an answer is not 200 or 202");
    if (length == NULL || (size_t)(end + 4 - c->input) + strtoul(length + 15, NULL, 10) > c->n) return;
    c->n = 0;
    answered(c);
}

static void client_connected(uv_connect_t *connect, int status) {
    struct client *c = connect->data;
    if (status != 0) fail("cannot connect");
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, client_room, client_read);
    begin(c);
}

static void tick(uv_timer_t *timer) {
    static long turn; /* each connection is used, so that none is closed for being idle */
    for (long i = 0; rate > 0 && i < n_client && next_event < n_event && event[next_event].due <= now(); i++) {
        turn = (turn + 1) % n_client;
        if (client[turn].event == IDLE) begin(&client[turn]);
    }
    if (n_done == n_awaited && n_acked == n_event) {
        uv_timer_stop(timer);
        uv_stop(loop);
    } else if (now() - last_progress > PATIENCE_MS / 1000.0) {
        fail("no progress in a minute: a webhook is lost");
    }
}

/* ---- what the server used */

static double cpu_seconds(void) {
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("the server is gone");
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = 0;
    unsigned long user = 0, system = 0;
    sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* wchar: what was given to write, to files and sockets. (write_bytes are whole large pages of the system's cache.) */
static double field_of(const char *name, const char *key) {
    char path[64], line[256];
    double value = 0;
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0) value = strtod(line + strlen(key), NULL);
    if (file != NULL) fclose(file);
    return value;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_latency(const char *name, double *ms, long n) {
    qsort(ms, (size_t)n, sizeof(*ms), by_value);
    printf("\"%s_p50_ms\":%.3f,\"%s_p99_ms\":%.3f,", name, ms[n / 2], name, ms[n * 99 / 100]);
}

static void report(double cpu, double written) {
    double *ms = calloc((size_t)n_event, sizeof(*ms));
    printf("{");
    long n = 0;
    for (long i = 0; i < n_event; i++)
        if (is_awaited(i)) ms[n++] = (event[i].done - event[i].due - (kind == LATER ? 1 : 0)) * 1000;
    print_latency("webhook", ms, n);
    for (long i = 0; i < n_event; i++)
        ms[i] = (event[i].acked - event[i].due) * 1000;
    print_latency("answer", ms, n_event);
    free(ms);
    printf("\"per_second\":%.1f,\"cpu_us\":%.1f,\"written_bytes\":%.0f,\"peak_memory_mb\":%.1f}\n",
           (double)n_event / (ended - began), cpu / (double)n_event * 1e6, written / (double)n_event,
           field_of("status", "VmHWM:") / 1024);
}

static int listen_for_webhooks(void) {
    static uv_tcp_t server;
    struct sockaddr_in address;
    int size = sizeof(address);
    llhttp_settings_init(&settings);
    settings.on_message_complete = guest_message;
    settings.on_body = guest_body;
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&server, (struct sockaddr *)&address, 0) != 0) fail("the receiver cannot listen");
    if (uv_listen((uv_stream_t *)&server, 1024, guest_arrives) != 0) fail("the receiver cannot listen");
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static void start(int port) {
    static uv_timer_t timer;
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", port, &address);
    began = last_progress = now();
    for (long i = 0; rate > 0 && i < n_event; i++)
        event[i].due = began + 0.05 + (double)i / rate;
    for (long i = 0; i < n_client; i++) {
        struct client *c = &client[i];
        c->event = CONNECTING;
        uv_tcp_init(loop, &c->tcp);
        c->tcp.data = c->connect.data = c;
        if (uv_tcp_connect(&c->connect, &c->tcp, (struct sockaddr *)&address, client_connected) != 0)
            fail("cannot connect");
    }
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, tick, 1, 1);
}

int main(int argc, char **argv) {
    static const char *const KIND[] = {"once", "later", "pair", "spread"};
    int port = 0, which = 0;
    if (argc == 6 || argc == 7)
        while (which < KINDS && strcmp(argv[1], KIND[which]) != 0)
            which++;
    if (argc < 6 || argc > 7 || which == KINDS) {
        fprintf(stderr, "usage: scenario once|later|pair|spread EVENTS CONNECTIONS RATE RUN [PATH]\n");
        return 64;
    }
    kind = (enum kind)which;
    n_event = atol(argv[2]);
    n_client = atol(argv[3]);
    rate = atof(argv[4]);
    run = argv[5];
    if (argc == 7) posted_to = argv[6];
    for (long i = 0; i < n_event; i++)
        n_awaited += is_awaited(i);
    loop = uv_default_loop();
    event = calloc((size_t)n_event, sizeof(*event));
    client = calloc((size_t)n_client, sizeof(*client));
    if (event == NULL || client == NULL) fail("too much asked");
    printf("%d\n", listen_for_webhooks());
    fflush(stdout);
    if (scanf("%d %d", &port, &pid) != 2) fail("no `PORT PID` on standard input");
    double cpu = cpu_seconds(), written = field_of("io", "wchar:");
    start(port);
    uv_run(loop, UV_RUN_DEFAULT);
    report(cpu_seconds() - cpu, field_of("io", "wchar:") - written);
    return 0;
}
