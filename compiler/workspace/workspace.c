/* Opens by descriptor from the top down: what was checked is what is read, whatever is renamed meanwhile. */
#include "compiler/workspace/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX     JN_STR(".journey")
#define OPEN_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define READ_BYTES 65536
#define ENTRIES    100000 /* of one folder, whatever they are */

struct reading {
    struct jn_arena *arena;
    struct jc_source *source;
    uint32_t n, cap;
    size_t bytes;
    struct jn_err *err;
};

static jn_rc fail_errno(struct jn_err *err, struct jn_str path, int number) {
    if (number == ENOENT || number == ENOTDIR)
        return jn_fail(err, JN_NOT_FOUND, "%.*s: there is no such file", JN_FMT(path));
    if (number == ELOOP)
        return jn_fail(err, JN_INVALID, "%.*s: symbolic links are not followed; name the file itself", JN_FMT(path));
    char text[128];
    const char *reason = strerror_r(number, text, sizeof text);
    return jn_fail(err, JN_IO, "%.*s: %s", JN_FMT(path), reason);
}

static jn_rc add_source(struct reading *r, struct jn_str path, struct jn_str text, enum jc_unread unread) {
    if (r->n == JC_WORKSPACE_FILES)
        return jn_fail(r->err, JN_TOO_LARGE, "%.*s: a workspace has at most %d files", JN_FMT(path),
                       JC_WORKSPACE_FILES);
    if (text.n > JC_WORKSPACE_BYTES - r->bytes)
        return jn_fail(r->err, JN_TOO_LARGE, "%.*s: a workspace has at most %d MiB", JN_FMT(path),
                       JC_WORKSPACE_BYTES >> 20);
    if (r->n == r->cap) {
        uint32_t cap = r->cap == 0 ? 16 : r->cap * 2;
        struct jc_source *more = JN_NEW_ARRAY(r->arena, struct jc_source, cap);
        if (r->n > 0) memcpy(more, r->source, r->n * sizeof *more);
        r->source = more;
        r->cap = cap;
    }
    r->source[r->n++] = (struct jc_source){path, text, unread};
    r->bytes += text.n;
    return JN_OK;
}

/* Everything up to the limit, whatever size the file claims to have: it may grow while it is read. Of a larger file
 * a little more, so that the parser finds it too large. */
static jn_rc read_all(struct reading *r, int fd, struct jn_str path, struct jn_str *out) {
    struct jn_buf buf;
    jn_buf_init(&buf, JC_WORKSPACE_FILE_BYTES + READ_BYTES);
    jn_rc rc = JN_OK;
    char *chunk = JN_NEW_ARRAY(r->arena, char, READ_BYTES);
    while (rc == JN_OK && buf.n <= JC_WORKSPACE_FILE_BYTES) {
        ssize_t n = read(fd, chunk, READ_BYTES);
        if (n == 0) break;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            rc = fail_errno(r->err, path, errno);
        } else {
            jn_buf_add(&buf, chunk, (size_t)n);
        }
    }
    if (rc == JN_OK) *out = jn_arena_str(r->arena, jn_buf_view(&buf));
    jn_buf_release(&buf);
    return rc;
}

static jn_rc read_file(struct reading *r, int fd, struct jn_str path) {
    struct jn_str text;
    jn_rc rc = read_all(r, fd, path, &text);
    return rc == JN_OK ? add_source(r, path, text, JC_READ) : rc;
}

static int entry_order(const void *a, const void *b) {
    return jn_str_cmp(*(const struct jn_str *)a, *(const struct jn_str *)b);
}

static bool is_hidden(struct jn_str name) {
    return name.n == 0 || name.p[0] == '.' || jn_str_is(name, "node_modules");
}

/* Names of a folder's entries, sorted; takes the descriptor over. */
static jn_rc list_folder(struct reading *r, int fd, struct jn_str path, struct jn_str **out, uint32_t *n_out) {
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int number = errno;
        close(fd);
        return fail_errno(r->err, path, number);
    }
    struct jn_str *name = NULL;
    uint32_t n = 0, cap = 0;
    jn_rc rc = JN_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            if (errno != 0) rc = fail_errno(r->err, path, errno);
            break;
        }
        if (is_hidden(jn_str_z(entry->d_name))) continue;
        if (n == ENTRIES) {
            rc = jn_fail(r->err, JN_TOO_LARGE, "%.*s: a folder has at most %d entries", JN_FMT(path), ENTRIES);
            break;
        }
        if (n == cap) {
            cap = cap == 0 ? 32 : cap * 2;
            struct jn_str *more = JN_NEW_ARRAY(r->arena, struct jn_str, cap);
            if (n > 0) memcpy(more, name, n * sizeof *more);
            name = more;
        }
        name[n++] = jn_arena_str(r->arena, jn_str_z(entry->d_name));
    }
    closedir(dir);
    if (n > 1) qsort(name, n, sizeof *name, entry_order);
    *out = name;
    *n_out = n;
    return rc;
}

static jn_rc read_folder(struct reading *r, int fd, struct jn_str path, unsigned depth);

/* What is called *.journey and is not read is noted; other entries that are no folders are passed over. What is opened
 * is checked, not its name. */
static jn_rc read_entry(struct reading *r, int folder, struct jn_str name, struct jn_str path, unsigned depth) {
    struct stat st;
    if (fstatat(folder, name.p, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? JN_OK : fail_errno(r->err, path, errno);
    bool named = jn_str_ends(name, SUFFIX);
    if (!S_ISDIR(st.st_mode) && !named) return JN_OK;
    if (S_ISLNK(st.st_mode)) return add_source(r, path, JN_STR(""), JC_UNREAD_LINK);
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) return add_source(r, path, JN_STR(""), JC_UNREAD_KIND);
    int fd = openat(folder, name.p, OPEN_FLAGS);
    if (fd < 0 && errno == EACCES && named) return add_source(r, path, JN_STR(""), JC_UNREAD_DENIED);
    if (fd < 0) return errno == ENOENT || errno == ELOOP ? JN_OK : fail_errno(r->err, path, errno);
    jn_rc rc = JN_OK;
    if (fstat(fd, &st) != 0)
        rc = fail_errno(r->err, path, errno);
    else if (S_ISDIR(st.st_mode))
        return read_folder(r, fd, path, depth + 1);
    else if (S_ISREG(st.st_mode))
        rc = read_file(r, fd, path);
    close(fd);
    return rc;
}

/* Takes the descriptor over. Depth is bounded, so is the recursion. */
static jn_rc read_folder(struct reading *r, int fd, struct jn_str path, unsigned depth) {
    if (depth > JC_WORKSPACE_DEPTH) {
        close(fd);
        return jn_fail(r->err, JN_TOO_LARGE, "%.*s: folders are at most %d deep", JN_FMT(path), JC_WORKSPACE_DEPTH);
    }
    struct jn_str *name;
    uint32_t n;
    int listed = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    jn_rc rc = listed < 0 ? fail_errno(r->err, path, errno) : list_folder(r, listed, path, &name, &n);
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    bool here = jn_str_is(path, "."), root = jn_str_is(path, "/");
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        struct jn_str below =
            here ? name[i] : jn_arena_printf(r->arena, "%.*s%s%.*s", JN_FMT(path), root ? "" : "/", JN_FMT(name[i]));
        rc = read_entry(r, fd, name[i], below, depth);
    }
    close(fd);
    return rc;
}

static jn_rc read_named(struct reading *r, struct jn_str path) {
    if (jn_str_is(path, "-")) return read_file(r, STDIN_FILENO, JN_STR("-"));
    path = jn_arena_str(r->arena, path);
    if (path.n == 0 || memchr(path.p, '\0', path.n) != NULL)
        return jn_fail(r->err, JN_INVALID, "a path is empty or not one");
    int fd = open(path.p, OPEN_FLAGS);
    if (fd < 0) return fail_errno(r->err, path, errno);
    struct stat st;
    jn_rc rc;
    if (fstat(fd, &st) != 0)
        rc = fail_errno(r->err, path, errno);
    else if (S_ISDIR(st.st_mode))
        return read_folder(r, fd, path, 1);
    else if (S_ISREG(st.st_mode))
        rc = read_file(r, fd, path);
    else
        rc = jn_fail(r->err, JN_INVALID, "%.*s: neither a file nor a folder", JN_FMT(path));
    close(fd);
    return rc;
}

static int source_order(const void *a, const void *b) {
    return jn_str_cmp(((const struct jc_source *)a)->path, ((const struct jc_source *)b)->path);
}

/* A file named twice, or in a folder named beside it, is one file. */
static void drop_repeated(struct reading *r) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->n; i++)
        if (kept == 0 || !jn_str_eq(r->source[kept - 1].path, r->source[i].path)) r->source[kept++] = r->source[i];
    r->n = kept;
}

jn_rc jc_workspace_read(struct jn_arena *arena, const struct jn_str *path, uint32_t n_path, struct jc_workspace *out,
                        struct jn_err *err) {
    struct reading r = {.arena = arena, .err = err};
    for (uint32_t i = 0; i < n_path; i++) {
        jn_rc rc = read_named(&r, path[i]);
        if (rc != JN_OK) return rc;
    }
    if (r.n == 0)
        return jn_fail(err, JN_NOT_FOUND, "%.*s: no *.journey file here", JN_FMT(n_path > 0 ? path[0] : JN_STR(".")));
    qsort(r.source, r.n, sizeof *r.source, source_order);
    drop_repeated(&r);
    *out = (struct jc_workspace){r.source, r.n};
    return JN_OK;
}
