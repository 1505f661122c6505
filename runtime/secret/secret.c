#include "runtime/secret/secret.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"
#include "runtime/secret/file.h"

enum { SECRET_NAME_MAX = 255, SECRET_BYTES_MAX = 65536 };

/* ---- memory that is in no dump */

static char *secret__memory(size_t n) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (n + page - 1) / page * page;
    char *memory = mmap(NULL, whole == 0 ? page : whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    JN_CHECK(memory != MAP_FAILED);
    (void)madvise(memory, whole, MADV_DONTDUMP);
    return memory;
}

void jr_secret_hide_environment(void) {
    static bool hidden;
    size_t n = 0;
    if (hidden || environ == NULL) return;
    hidden = true;
    for (char **one = environ; *one != NULL; one++)
        n += strlen(*one) + 1;
    char *to = secret__memory(n);
    for (char **one = environ; *one != NULL; one++) {
        size_t length = strlen(*one) + 1;
        memcpy(to, *one, length);
        explicit_bzero(*one, length);
        *one = to;
        to += length;
    }
}

void jr_secret_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

/* ---- files */

/* What was read, for as long as the process lives: texts of it are in use on several threads. */
struct secret__file {
    struct secret__file *next;
    struct jn_str name, value; /* in memory of secret__memory */
};

static struct secret__file *files;
static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct secret__file *secret__known(struct jn_str name) {
    for (const struct secret__file *file = files; file != NULL; file = file->next)
        if (jn_str_eq(file->name, name)) return file;
    return NULL;
}

/* False when nothing names a file, or systemd has given none of this name. */
static bool secret__path(struct jn_str name, struct jn_buf *path) {
    char variable[SECRET_NAME_MAX + sizeof "_FILE"];
    (void)snprintf(variable, sizeof variable, "%.*s_FILE", JN_FMT(name));
    const char *named = getenv(variable), *credentials = getenv("CREDENTIALS_DIRECTORY");
    struct stat is;
    if (named != NULL && named[0] != '\0') {
        jn_buf_z(path, named);
    } else if (credentials != NULL && memchr(name.p, '/', name.n) == NULL) {
        jn_buf_printf(path, "%s/%.*s", credentials, JN_FMT(name));
        jn_buf_char(path, '\0');
        if (path->failed || (stat(path->p, &is) != 0 && errno == ENOENT)) return false;
        path->n--;
    }
    return path->n > 0 && !path->failed;
}

struct jn_str jr_secret_trimmed(struct jn_str text) {
    if (text.n > 0 && text.p[text.n - 1] == '\n') text.n--;
    if (text.n > 0 && text.p[text.n - 1] == '\r') text.n--;
    return text;
}

static void secret__keep(struct jn_str name, struct jn_str value) {
    char *memory = secret__memory(sizeof(struct secret__file) + name.n + value.n);
    struct secret__file *file = (struct secret__file *)memory;
    char *texts = memory + sizeof *file;
    memcpy(texts, name.p, name.n);
    if (value.n > 0) memcpy(texts + name.n, value.p, value.n);
    *file = (struct secret__file){.next = files, .name = {texts, name.n}, .value = {texts + name.n, value.n}};
    files = file;
}

static jn_rc secret__read(struct jn_str name, struct jn_err *err) {
    struct jn_buf path, text;
    jn_rc rc = JN_OK;
    jn_buf_init(&path, 4096);
    if (secret__path(name, &path)) {
        struct jn_err why;
        rc = jr_file_read(jn_buf_view(&path), true, SECRET_BYTES_MAX, &text, &why);
        if (rc == JN_OK)
            secret__keep(name, jr_secret_trimmed(jn_buf_view(&text)));
        else
            rc = jn_fail(err, rc, "%.*s: %s", JN_FMT(name), why.text);
        if (text.p != NULL) explicit_bzero(text.p, text.n);
        jn_buf_release(&text);
    }
    jn_buf_release(&path);
    return rc;
}

jn_rc jr_secret(struct jn_str name, struct jn_str *out, struct jn_err *err) {
    char z[SECRET_NAME_MAX + 1];
    *out = JN_STR_NONE;
    if (name.n == 0 || name.n > SECRET_NAME_MAX) return JN_OK;
    memcpy(z, name.p, name.n);
    z[name.n] = '\0';
    const char *value = getenv(z);
    if (value != NULL) {
        *out = jn_str_z(value);
        return JN_OK;
    }
    (void)pthread_mutex_lock(&files_lock);
    const struct secret__file *known = secret__known(name);
    jn_rc rc = known == NULL ? secret__read(name, err) : JN_OK;
    if (known == NULL && rc == JN_OK) known = secret__known(name);
    if (known != NULL) *out = known->value;
    (void)pthread_mutex_unlock(&files_lock);
    return rc;
}
