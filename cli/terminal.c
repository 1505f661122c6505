#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/utf8.h"

bool cli_colour(FILE *stream) {
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no_colour != NULL && no_colour[0] != '\0') return false;
    if (term == NULL || strcmp(term, "dumb") == 0) return false;
    return isatty(fileno(stream)) == 1;
}

unsigned cli_width(FILE *stream) {
    struct winsize size;
    if (isatty(fileno(stream)) != 1 || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return 80;
    return size.ws_col < 240 ? size.ws_col : 240;
}

void cli_cell(struct jn_str text, size_t cells, struct jn_buf *out) {
    size_t used = 0;
    for (size_t at = 0; at < text.n;)
        used += (size_t)jn_utf8_width(jn_utf8_next(text, &at));
    jn_buf_str(out, text);
    for (; used < cells; used++)
        jn_buf_char(out, ' ');
}

void cli_progress(const char *what, uint64_t done, uint64_t of) {
    static struct timespec last;
    static bool shown;
    struct timespec now;
    const char *term = getenv("TERM");
    if (what == NULL && shown) fputs("\r\033[K", stderr);
    if (what == NULL) shown = false;
    if (what == NULL || isatty(STDERR_FILENO) != 1 || term == NULL || strcmp(term, "dumb") == 0) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (shown && (now.tv_sec - last.tv_sec) * 10 + (now.tv_nsec - last.tv_nsec) / 100000000 < 1) return;
    last = now;
    shown = true;
    if (of > 0)
        fprintf(stderr, "\r\033[K%s %llu of %llu (%llu%%)", what, (unsigned long long)done, (unsigned long long)of,
                (unsigned long long)(done * 100 / of));
    else
        fprintf(stderr, "\r\033[K%s %llu", what, (unsigned long long)done);
    fflush(stderr);
}

static jn_rc cli_errno(struct jn_err *err, const char *what, const char *path) {
    char text[128];
    int code = errno;
    const char *reason = strerror_r(code, text, sizeof(text));
    jn_rc rc = code == ENOENT ? JN_NOT_FOUND : code == ENOSPC || code == EDQUOT ? JN_FULL : JN_IO;
    return jn_fail(err, rc, "cannot %s %s: %s", what, path, reason);
}

jn_rc cli_write(FILE *stream, struct jn_str text, struct jn_err *err) {
    if (text.n == 0) return JN_OK;
    if (fwrite(text.p, 1, text.n, stream) == text.n && fflush(stream) == 0) return JN_OK;
    if (errno == EPIPE) return JN_OK;
    return cli_errno(err, "write", "the output");
}

int cli_failed(const struct jn_err *err) {
    fprintf(stderr, "journey: %s\n", err->text);
    return jn_rc_exit(err->rc);
}

static jn_rc cli_read_descriptor(int fd, const char *path, size_t max, struct jn_buf *out, struct jn_err *err) {
    char chunk[1 << 16];
    jn_buf_init(out, max);
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n == 0) return JN_OK;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cli_errno(err, "read", path);
        jn_buf_add(out, chunk, (size_t)n);
        if (out->failed) return jn_fail(err, JN_TOO_LARGE, "%s is larger than %zu bytes", path, max);
    }
}

jn_rc cli_read_file(const char *path, size_t max, struct jn_buf *out, struct jn_err *err) {
    if (strcmp(path, "-") == 0) return cli_read_descriptor(STDIN_FILENO, "standard input", max, out, err);
    jn_buf_init(out, max);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return cli_errno(err, "open", path);
    struct stat info;
    jn_rc rc;
    if (fstat(fd, &info) != 0)
        rc = cli_errno(err, "read", path);
    else if (!S_ISREG(info.st_mode))
        rc = jn_fail(err, JN_INVALID, "%s is not a regular file", path);
    else
        rc = cli_read_descriptor(fd, path, max, out, err);
    close(fd);
    return rc;
}

static jn_rc cli_write_descriptor(int fd, const char *path, struct jn_str bytes, struct jn_err *err) {
    for (size_t at = 0; at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cli_errno(err, "write", path);
        at += (size_t)n;
    }
    return fsync(fd) == 0 ? JN_OK : cli_errno(err, "sync", path);
}

jn_rc cli_replace_file(const char *path, struct jn_str bytes, struct jn_err *err) {
    struct stat info;
    mode_t mode = stat(path, &info) == 0 ? info.st_mode & 0777 : 0644;
    struct jn_buf beside;
    jn_buf_init(&beside, 8192);
    jn_buf_printf(&beside, "%s.XXXXXX", path);
    jn_buf_char(&beside, '\0');
    if (beside.failed) {
        jn_buf_release(&beside);
        return jn_fail(err, JN_TOO_LARGE, "the path %.100s… is too long", path);
    }
    int fd = mkstemp(beside.p);
    if (fd < 0) {
        jn_rc rc = cli_errno(err, "create a file beside", path);
        jn_buf_release(&beside);
        return rc;
    }
    jn_rc rc = cli_write_descriptor(fd, path, bytes, err);
    if (rc == JN_OK && fchmod(fd, mode) != 0) rc = cli_errno(err, "set the mode of", path);
    if (close(fd) != 0 && rc == JN_OK) rc = cli_errno(err, "close", path);
    if (rc == JN_OK && rename(beside.p, path) != 0) rc = cli_errno(err, "replace", path);
    if (rc != JN_OK) unlink(beside.p);
    jn_buf_release(&beside);
    return rc;
}
