#include "runtime/app/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED true
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED false
#endif

enum sandbox_when { SANDBOX_ALWAYS, SANDBOX_THREADS, SANDBOX_FAMILIES, SANDBOX_SANITIZERS };

static const struct {
    const char *name;
    enum sandbox_when when;
} ALLOWED[] = {
#define SYSCALL(name, when) {#name, SANDBOX_##when},
#include "runtime/app/syscalls.def"
#undef SYSCALL
};

/* Only what the handler of a signal may do: the text is put together by hand. */
static void sandbox__on_refused(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    (void)context;
    static const char HEAD[] =
        "{\"level\":\"error\",\"event\":\"SYSCALL_REFUSED\",\"text\":\"a system call that serving never "
        "makes was refused; the process ends\",\"number\":";
    char line[sizeof HEAD + 32], digits[16];
    size_t n = sizeof HEAD - 1, m = 0;
    memcpy(line, HEAD, n);
    unsigned number = (unsigned)info->si_syscall;
    do {
        digits[m++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (m > 0)
        line[n++] = digits[--m];
    line[n++] = '}';
    line[n++] = '\n';
    (void)!write(STDERR_FILENO, line, n);
    _exit(jn_rc_exit(JN_INTERNAL));
}

static int sandbox__families(scmp_filter_ctx filter, int call) {
    static const unsigned FAMILY[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}; /* netlink: look-ups of addresses */
    int rc = 0;
    for (size_t i = 0; i < sizeof FAMILY / sizeof *FAMILY && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, FAMILY[i]));
    return rc;
}

/* A call that this machine's kernel does not know by name cannot be made either. */
static int sandbox__allow(scmp_filter_ctx filter, const char *name, enum sandbox_when when) {
    int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR || (when == SANDBOX_SANITIZERS && !SANDBOX_SANITIZED)) return 0;
    switch (when) {
    case SANDBOX_THREADS:
        if (SANDBOX_SANITIZED) break; /* the one that looks for leaks is no thread */
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    case SANDBOX_FAMILIES:
        return sandbox__families(filter, call);
    case SANDBOX_ALWAYS:
    case SANDBOX_SANITIZERS:
        break;
    }
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
}

static int sandbox__fill(scmp_filter_ctx filter) {
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; i < sizeof ALLOWED / sizeof *ALLOWED && rc == 0; i++)
        rc = sandbox__allow(filter, ALLOWED[i].name, ALLOWED[i].when);
    /* Its flags cannot be seen by a filter; the C library then asks for a thread by clone. */
    if (rc == 0) rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (rc == 0) rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return rc;
}

jn_rc jr_sandbox_enter(struct jn_err *err) {
    struct sigaction refused = {.sa_sigaction = sandbox__on_refused, .sa_flags = SA_SIGINFO};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL) return jn_fail(err, JN_UNAVAILABLE, "there is no filter for this machine's system calls");
    (void)sigaction(SIGSYS, &refused, NULL);
    int rc = sandbox__fill(filter);
    if (rc == 0) rc = seccomp_load(filter);
    seccomp_release(filter);
    if (rc == 0) return JN_OK;
    char text[128];
    return jn_fail(err, JN_UNAVAILABLE, "the kernel takes no filter of system calls: %s",
                   strerror_r(-rc, text, sizeof text));
}
