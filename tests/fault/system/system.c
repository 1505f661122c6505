#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum system_kind { READS, WRITES, SYNCS, MAKES, LOOKS, STEPS };

static struct {
    enum system_fault fault;
    uint32_t strike, made; /* 0: none does */
} here;

void system_arm(enum system_fault fault, uint32_t strike) {
    here.fault = fault;
    here.strike = strike;
    here.made = 0;
}

bool system_disarm(void) {
    bool struck = here.strike > 0 && here.made >= here.strike;
    here.strike = 0;
    return struck;
}

static bool system_meets(enum system_kind kind, size_t n) {
    switch (here.fault) {
    case SYSTEM_IS_FULL:
        return kind == WRITES || kind == SYNCS || kind == MAKES;
    case SYSTEM_INTERRUPTS:
        return kind == READS || kind == WRITES;
    case SYSTEM_DOES_A_PART:
        return (kind == READS || kind == WRITES) && n > 1;
    case SYSTEM_STEP_FAILS:
        return kind == STEPS;
    case SYSTEM_FAILS:
    case SYSTEM_FAULTS:
        break;
    }
    return kind != STEPS;
}

/* Whether this call meets the fault. */
static bool system_strikes(enum system_kind kind, size_t n) {
    static const int CODE[SYSTEM_FAULTS] = {EIO, ENOSPC, EINTR, 0, EIO};
    if (here.strike == 0 || !system_meets(kind, n) || ++here.made != here.strike) return false;
    if (here.fault != SYSTEM_DOES_A_PART) errno = CODE[here.fault];
    return true;
}

/* ---- calls that move bytes: a part of them, or none */

static bool system_fails(enum system_kind kind, size_t *n) {
    if (!system_strikes(kind, *n)) return false;
    if (here.fault != SYSTEM_DOES_A_PART) return true;
    *n /= 2;
    return false;
}

#define MOVES(name, kind, number, parameters, ...)                                                                     \
    ssize_t name parameters;                                                                                           \
    ssize_t name parameters {                                                                                          \
        return system_fails(kind, &n) ? -1 : syscall(number, __VA_ARGS__);                                             \
    }

MOVES(read, READS, SYS_read, (int fd, void *p, size_t n), fd, p, n)
MOVES(pread, READS, SYS_pread64, (int fd, void *p, size_t n, off_t at), fd, p, n, at)
MOVES(pread64, READS, SYS_pread64, (int fd, void *p, size_t n, off_t at), fd, p, n, at)
MOVES(write, WRITES, SYS_write, (int fd, const void *p, size_t n), fd, p, n)
MOVES(pwrite, WRITES, SYS_pwrite64, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
MOVES(pwrite64, WRITES, SYS_pwrite64, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)

/* ---- calls that are done or not */

#define DOES(name, kind, number, parameters, ...)                                                                      \
    int name parameters;                                                                                               \
    int name parameters {                                                                                              \
        return system_strikes(kind, 0) ? -1 : (int)syscall(number, __VA_ARGS__);                                       \
    }

DOES(ftruncate, MAKES, SYS_ftruncate, (int fd, off_t n), fd, n)
DOES(ftruncate64, MAKES, SYS_ftruncate, (int fd, off_t n), fd, n)
DOES(rename, MAKES, SYS_rename, (const char *from, const char *to), from, to)
DOES(link, MAKES, SYS_link, (const char *from, const char *to), from, to)
DOES(unlink, MAKES, SYS_unlink, (const char *path), path)
DOES(fstat, LOOKS, SYS_fstat, (int fd, struct stat *out), fd, out)
DOES(fstat64, LOOKS, SYS_fstat, (int fd, struct stat64 *out), fd, out)
DOES(mkdir, MAKES, SYS_mkdir, (const char *path, mode_t mode), path, mode)

/* No power is cut here: what is written need not reach a disk. */
#define SYNCS_NOTHING(name)                                                                                            \
    int name(int fd) {                                                                                                 \
        (void)fd;                                                                                                      \
        return system_strikes(SYNCS, 0) ? -1 : 0;                                                                      \
    }

SYNCS_NOTHING(fsync)
SYNCS_NOTHING(fdatasync)

static int system_open(const char *path, int flags, mode_t mode) {
    return system_strikes(MAKES, 0) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPENS(name)                                                                                                    \
    int name(const char *path, int flags, ...);                                                                        \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(more, unsigned) : 0;                       \
        va_end(more);                                                                                                  \
        return system_open(path, flags, mode);                                                                         \
    }

OPENS(open)
OPENS(open64)

/* ---- statements */

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement) {
    return system_strikes(STEPS, 0) ? SQLITE_IOERR : __real_sqlite3_step(statement);
}
