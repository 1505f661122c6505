/* The floor: the smallest durable engine of Journey's shape. One thread; HTTP in, one SQLite transaction a loop turn
 * (event, customer, timer, outbox), answers and webhooks only after it; no language, no retry, no profile, no check.
 *
 *   floor once|later|pair DATABASE WEBHOOK-PORT        prints its port */
#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <llhttp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { BODY_MAX = 4096, INPUT_MAX = 65536, BATCH_MAX = 200, SOCKETS = 64 };

struct connection {
    uv_tcp_t tcp;
    llhttp_t parser;
    uv_write_t write;
    char input[INPUT_MAX], body[BODY_MAX];
    size_t n;
};

struct input { /* an event that waits for the turn's transaction */
    struct connection *from;
    char user[64], name[32], id[64], *text;
};

struct effect { /* a webhook on its way */
    struct effect *next;
    sqlite3_int64 row;
    uint64_t due;
    char body[512];
    CURL *easy;
};

static const char OK[] =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{\"success\":true}";
static uv_loop_t *loop;
static llhttp_settings_t settings;
static sqlite3 *db;
static sqlite3_stmt *put_event, *put_customer, *get_customer, *put_timer, *drop_timer, *put_outbox, *drop_outbox,
    *sql_begin, *sql_commit;
static struct input batch[BATCH_MAX];
static int n_batch;
static struct effect *ready, **ready_end = &ready, *sleeping, **sleeping_end = &sleeping, *delivered;
static int n_flying; /* libcurl's own queue is searched from its start: thousands in it stall everything */
static CURLM *multi;
static struct curl_slist *headers;
static uv_timer_t curl_timer, sleep_timer;
static uv_check_t turn;
static char url[64];
static char kind;
static sqlite3_int64 next_outbox;

static void must(int ok) {
    if (ok) return;
    fprintf(stderr, "floor: %s\n", db != NULL ? sqlite3_errmsg(db) : "failed");
    exit(1);
}

static void run(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    must(code == SQLITE_DONE || code == SQLITE_ROW);
    sqlite3_reset(statement);
}

static void work(void);

/* ---- webhooks out */

static size_t swallow(char *at, size_t size, size_t n, void *user) {
    (void)at, (void)user;
    return size * n;
}

static void send_one(struct effect *effect) {
    n_flying++;
    effect->easy = curl_easy_init();
    curl_easy_setopt(effect->easy, CURLOPT_URL, url);
    curl_easy_setopt(effect->easy, CURLOPT_POSTFIELDS, effect->body);
    curl_easy_setopt(effect->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(effect->easy, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(effect->easy, CURLOPT_PRIVATE, effect);
    curl_multi_add_handle(multi, effect->easy);
}

static void send_ready(void) {
    while (ready != NULL && n_flying < SOCKETS) {
        struct effect *effect = ready;
        ready = effect->next;
        if (ready == NULL) ready_end = &ready;
        send_one(effect);
    }
}

static void collect(void) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        struct effect *effect;
        must(message->data.result == CURLE_OK);
        CURL *easy = message->easy_handle;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&effect);
        curl_multi_remove_handle(multi, easy);
        curl_easy_cleanup(easy);
        effect->next = delivered;
        delivered = effect;
        n_flying--;
    }
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0), running;
    if (status < 0) flags = CURL_CSELECT_ERR;
    curl_multi_socket_action(multi, (curl_socket_t)(intptr_t)poll->data, flags, &running);
    collect();
}

static void on_gone(uv_handle_t *handle) {
    free(handle);
}

static int on_socket(CURL *easy, curl_socket_t fd, int action, void *user, void *kept) {
    (void)easy, (void)user;
    uv_poll_t *poll = kept;
    if (action == CURL_POLL_REMOVE) {
        if (poll != NULL) uv_close((uv_handle_t *)poll, on_gone);
        return 0;
    }
    if (poll == NULL) {
        poll = calloc(1, sizeof(*poll));
        must(uv_poll_init(loop, poll, fd) == 0);
        poll->data = (void *)(intptr_t)fd;
        curl_multi_assign(multi, fd, poll);
    }
    uv_poll_start(poll, (action & CURL_POLL_IN ? UV_READABLE : 0) | (action & CURL_POLL_OUT ? UV_WRITABLE : 0),
                  on_poll);
    return 0;
}

static void on_curl_timer(uv_timer_t *timer) { /* timers run before the poll: leave nothing to the check behind it */
    int running;
    (void)timer;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect();
    work();
}

static int on_timeout(CURLM *m, long ms, void *user) {
    (void)m, (void)user;
    if (ms < 0)
        uv_timer_stop(&curl_timer);
    else
        uv_timer_start(&curl_timer, on_curl_timer, (uint64_t)ms, 0);
    return 0;
}

/* ---- the turn */

static struct effect *effect_for(const char *user) {
    struct effect *effect = calloc(1, sizeof(*effect));
    must(effect != NULL);
    snprintf(
        effect->body, sizeof(effect->body),
        "{\"type\":\"message\",\"id\":\"msg_%lld\",\"journey\":\"bench\",\"message\":\"welcome\",\"channel\":\"email\","
        "\"customer\":{\"id\":\"%s\"},\"content\":{\"subject\":\"Welcome\",\"body\":\"Good that you are here.\"}}",
        (long long)++next_outbox, user);
    effect->row = next_outbox;
    return effect;
}

static void write_outbox(struct effect *effect) {
    sqlite3_bind_int64(put_outbox, 1, effect->row);
    sqlite3_bind_text(put_outbox, 2, effect->body, -1, SQLITE_STATIC);
    run(put_outbox);
    effect->next = NULL;
    *ready_end = effect;
    ready_end = &effect->next;
}

static void write_timer(struct effect *effect, sqlite3_stmt *statement) {
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)effect->due);
    sqlite3_bind_int64(statement, 2, effect->row);
    run(statement);
}

static void take(struct input *input) {
    int state = 0;
    sqlite3_bind_text(get_customer, 1, input->user, -1, SQLITE_STATIC);
    if (sqlite3_step(get_customer) == SQLITE_ROW) state = sqlite3_column_int(get_customer, 0);
    sqlite3_reset(get_customer);
    sqlite3_bind_text(put_event, 1, input->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(put_event, 2, input->text, -1, SQLITE_STATIC);
    run(put_event);
    sqlite3_bind_text(put_customer, 1, input->user, -1, SQLITE_STATIC);
    sqlite3_bind_int(put_customer, 2, state + 1);
    run(put_customer);
    if (kind == 'p' && state == 0) return;
    struct effect *effect = effect_for(input->user);
    if (kind != 'l') {
        write_outbox(effect);
        return;
    }
    effect->due = uv_now(loop) + 1000;
    write_timer(effect, put_timer);
    *sleeping_end = effect;
    sleeping_end = &effect->next;
}

static void wake(void) {
    while (sleeping != NULL && sleeping->due <= uv_now(loop)) {
        struct effect *effect = sleeping;
        sleeping = effect->next;
        if (sleeping == NULL) sleeping_end = &sleeping;
        write_timer(effect, drop_timer);
        write_outbox(effect);
    }
}

static void forget_delivered(void) {
    while (delivered != NULL) {
        struct effect *effect = delivered;
        delivered = effect->next;
        sqlite3_bind_int64(drop_outbox, 1, effect->row);
        run(drop_outbox);
        free(effect);
    }
}

static void on_sleep_timer(uv_timer_t *timer);

static void arm(void) {
    if (sleeping == NULL) return;
    uint64_t at = uv_now(loop);
    uv_timer_start(&sleep_timer, on_sleep_timer, sleeping->due > at ? sleeping->due - at : 1, 0);
}

static void work(void) {
    if (n_batch == 0 && delivered == NULL && (sleeping == NULL || sleeping->due > uv_now(loop))) return;
    run(sql_begin);
    for (int i = 0; i < n_batch; i++)
        take(&batch[i]);
    wake();
    forget_delivered();
    run(sql_commit);
    for (int i = 0; i < n_batch; i++) {
        uv_buf_t buf = uv_buf_init((char *)OK, sizeof(OK) - 1);
        uv_write(&batch[i].from->write, (uv_stream_t *)&batch[i].from->tcp, &buf, 1, NULL);
        free(batch[i].text);
    }
    n_batch = 0;
    send_ready();
    arm();
}

static void on_turn(uv_check_t *check) {
    (void)check;
    work();
}

static void on_sleep_timer(uv_timer_t *timer) { /* as above */
    (void)timer;
    work();
    arm();
}

/* ---- events in */

static int on_body(llhttp_t *parser, const char *at, size_t n) {
    struct connection *c = parser->data;
    if (c->n + n >= BODY_MAX) return -1;
    memcpy(c->body + c->n, at, n);
    c->n += n;
    return 0;
}

static int on_message(llhttp_t *parser) {
    struct connection *c = parser->data;
    c->body[c->n] = 0;
    cJSON *json = cJSON_Parse(c->body);
    const cJSON *user = cJSON_GetObjectItem(json, "userId"), *name = cJSON_GetObjectItem(json, "event"),
                *id = cJSON_GetObjectItem(json, "messageId");
    must(cJSON_IsString(user) && cJSON_IsString(name) && cJSON_IsString(id));
    if (n_batch == BATCH_MAX) work();
    struct input *input = &batch[n_batch++];
    input->from = c;
    input->text = strdup(c->body);
    snprintf(input->user, sizeof(input->user), "%s", user->valuestring);
    snprintf(input->name, sizeof(input->name), "%s", name->valuestring);
    snprintf(input->id, sizeof(input->id), "%s", id->valuestring);
    cJSON_Delete(json);
    c->n = 0;
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)suggested;
    *buf = uv_buf_init(((struct connection *)handle->data)->input, INPUT_MAX);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct connection *c = stream->data;
    if (n < 0 || llhttp_execute(&c->parser, buf->base, (size_t)n) != HPE_OK) uv_close((uv_handle_t *)stream, on_closed);
}

static void on_connection(uv_stream_t *server, int status) {
    struct connection *c = calloc(1, sizeof(*c));
    must(status == 0 && c != NULL);
    uv_tcp_init(loop, &c->tcp);
    c->tcp.data = c->parser.data = c;
    llhttp_init(&c->parser, HTTP_REQUEST, &settings);
    c->parser.data = c;
    must(uv_accept(server, (uv_stream_t *)&c->tcp) == 0);
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
}

static void prepare(const char *sql, sqlite3_stmt **out) {
    must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK);
}

static void open_store(const char *path) {
    must(sqlite3_open(path, &db) == SQLITE_OK);
    must(sqlite3_exec(db,
                      "pragma journal_mode=wal; pragma synchronous=full; pragma wal_autocheckpoint=4000;"
                      "create table event(id text primary key, body text) without rowid;"
                      "create table customer(id text primary key, state int) without rowid;"
                      "create table timer(due int, id int, primary key(due, id)) without rowid;"
                      "create table outbox(id integer primary key, body text)",
                      NULL, NULL, NULL) == SQLITE_OK);
    prepare("insert or ignore into event values(?1, ?2)", &put_event);
    prepare("insert into customer values(?1, ?2) on conflict(id) do update set state = ?2", &put_customer);
    prepare("select state from customer where id = ?1", &get_customer);
    prepare("insert into timer values(?1, ?2)", &put_timer);
    prepare("delete from timer where due = ?1 and id = ?2", &drop_timer);
    prepare("insert into outbox values(?1, ?2)", &put_outbox);
    prepare("delete from outbox where id = ?1", &drop_outbox);
    prepare("begin immediate", &sql_begin);
    prepare("commit", &sql_commit);
}

static void open_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    headers = curl_slist_append(NULL, "content-type: application/json");
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)SOCKETS);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)SOCKETS);
}

int main(int argc, char **argv) {
    uv_tcp_t server;
    struct sockaddr_in address;
    int size = sizeof(address);
    if (argc != 4) {
        fprintf(stderr, "usage: floor once|later|pair DATABASE WEBHOOK-PORT\n");
        return 64;
    }
    kind = argv[1][0];
    loop = uv_default_loop();
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook", atoi(argv[3]));
    open_store(argv[2]);
    open_curl();
    llhttp_settings_init(&settings);
    settings.on_body = on_body;
    settings.on_message_complete = on_message;
    uv_timer_init(loop, &curl_timer);
    uv_timer_init(loop, &sleep_timer);
    uv_check_init(loop, &turn);
    uv_check_start(&turn, on_turn);
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    must(uv_tcp_bind(&server, (struct sockaddr *)&address, 0) == 0);
    must(uv_listen((uv_stream_t *)&server, 1024, on_connection) == 0);
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
