#include "core/log.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "core/civil.h"
#include "core/json.h"

#define LOG_LINE_MAX 4096 /* below PIPE_BUF, so that lines of several threads never mix */

struct log_row {
    const char *name, *text;
    enum jn_log_level level;
};

static const struct log_row LOG_ROW[JN_LOG_EVENT_COUNT] = {
#define LOG(name, level, text) {#name, text, JN_LOG_##level},
#include "journey/tbl/logs.def"
#undef LOG
};

static const char *const LEVEL_NAME[] = {"debug", "info", "warn", "error"};
static int threshold = JN_LOG_INFO;
static uint64_t dropped;

bool jn_log_level_by_name(struct jn_str name, enum jn_log_level *out) {
    for (unsigned level = 0; level < sizeof LEVEL_NAME / sizeof *LEVEL_NAME; level++) {
        *out = (enum jn_log_level)level;
        if (jn_str_is(name, LEVEL_NAME[level])) return true;
    }
    return false;
}

void jn_log_set_level(enum jn_log_level level) {
    __atomic_store_n(&threshold, (int)level, __ATOMIC_RELAXED);
}

uint64_t jn_log_dropped(void) {
    return __atomic_load_n(&dropped, __ATOMIC_RELAXED);
}

static void jn_log_fields(struct jn_json_out *w, const struct jn_log_field *field, size_t n) {
    for (size_t i = 0; i < n; i++) {
        jn_jw_key(w, field[i].name);
        if (field[i].is_number)
            jn_jw_int(w, field[i].number);
        else
            jn_jw_str(w, jn_str_sub(field[i].text, 0, 512));
    }
}

/* A reader that stands still must hold up nobody: what it has no room for is dropped. A pipe that can be written to has
 * room for a whole line; of two threads only one asks and writes at a time. */
static bool log_put(const char *line, size_t n) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
    pthread_mutex_lock(&lock);
    bool written = poll(&err, 1, 0) == 1 && write(STDERR_FILENO, line, n) == (ssize_t)n;
    pthread_mutex_unlock(&lock);
    return written;
}

void jn_log_write(enum jn_log_event event, const struct jn_log_field *field, size_t n) {
    const struct log_row *row = &LOG_ROW[event];
    if ((int)row->level < __atomic_load_n(&threshold, __ATOMIC_RELAXED)) return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct jn_buf line, at;
    struct jn_json_out w;
    jn_buf_init(&line, LOG_LINE_MAX);
    jn_buf_init(&at, 64);
    jn_instant_print((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, &at);
    jn_jw_init(&w, &line);
    jn_jw_object(&w);
    jn_jw_key(&w, "at");
    jn_jw_str(&w, jn_buf_view(&at));
    jn_jw_key(&w, "level");
    jn_jw_z(&w, LEVEL_NAME[row->level]);
    jn_jw_key(&w, "event");
    jn_jw_z(&w, row->name);
    jn_jw_key(&w, "text");
    jn_jw_z(&w, row->text);
    jn_log_fields(&w, field, n);
    jn_jw_end_object(&w);
    jn_buf_char(&line, '\n');
    if (line.failed || !log_put(line.p, line.n)) __atomic_fetch_add(&dropped, 1, __ATOMIC_RELAXED);
    jn_buf_release(&at);
    jn_buf_release(&line);
}
