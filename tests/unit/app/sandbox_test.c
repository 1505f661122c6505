/* The filter in a child: what serving does goes on, and each way out of it ends the child with a line that names it. */
#include "runtime/app/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* whose own calls are let through */
#else
#define SANITIZED false
#endif

/* Runs `act` behind the filter; its exit status, and what it wrote to stderr. 99: there is no filter. */
static int behind(void (*act)(long), long argument, char *said, size_t max) {
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct jn_err err;
        (void)dup2(ends[1], STDERR_FILENO);
        if (jr_sandbox_enter(&err) != JN_OK) _exit(99);
        act(argument);
        _exit(0);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; n < max - 1 && (got = read(ends[0], said + n, max - 1 - n)) > 0;)
        n += (size_t)got;
    said[n] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void call(long number) {
    (void)syscall(number, 0L, 0L, 0L, 0L, 0L, 0L);
}

static void *nothing(void *unused) {
    return unused;
}

static void serve(long unused) {
    (void)unused;
    pthread_t thread;
    char byte = 'x';
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 0 && close(fd) == 0;
    good &= pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
    static const int FAMILY[] = {AF_INET, AF_INET6, AF_UNIX};
    for (size_t i = 0; i < 3; i++) {
        fd = socket(FAMILY[i], SOCK_STREAM | SOCK_CLOEXEC, 0);
        good &= fd < 0 || close(fd) == 0; /* a machine may have no IPv6 */
    }
    _exit(good ? 0 : 1);
}

static void test_serving_goes_on(void **state) {
    (void)state;
    char said[512];
    assert_int_equal(behind(serve, 0, said, sizeof said), 0);
    assert_string_equal(said, "");
}

static void refuse(void (*act)(long), long number) {
    char said[512], wanted[64];
    assert_int_equal(behind(act, number, said, sizeof said), 70);
    (void)snprintf(wanted, sizeof wanted, "\"number\":%ld}", number);
    assert_non_null(strstr(said, "SYSCALL_REFUSED"));
    assert_non_null(strstr(said, wanted));
}

static void test_ways_out_are_shut(void **state) {
    (void)state;
    static const long NUMBER[] = {SYS_execve,
                                  SYS_execveat,
                                  SYS_mount,
                                  SYS_umount2,
                                  SYS_bpf,
                                  SYS_unshare,
                                  SYS_setns,
                                  SYS_chroot,
                                  SYS_pivot_root,
                                  SYS_init_module,
                                  SYS_finit_module,
                                  SYS_kexec_load,
                                  SYS_reboot,
                                  SYS_keyctl,
                                  SYS_add_key,
                                  SYS_perf_event_open,
                                  SYS_process_vm_readv,
                                  SYS_process_vm_writev,
                                  SYS_userfaultfd,
                                  SYS_io_uring_setup,
                                  SYS_personality,
                                  SYS_setuid,
                                  SYS_setgid,
                                  SYS_setgroups,
                                  SYS_capset,
                                  SYS_kill,
                                  SYS_mknodat,
                                  SYS_symlink,
                                  SYS_chmod,
                                  SYS_acct,
                                  SYS_swapon,
                                  SYS_settimeofday,
                                  SYS_clock_settime,
                                  SYS_iopl,
                                  SYS_memfd_create,
                                  SYS_open_by_handle_at,
                                  SYS_pidfd_getfd,
                                  SYS_seccomp};
    for (size_t i = 0; i < sizeof NUMBER / sizeof *NUMBER; i++)
        refuse(call, NUMBER[i]);
    if (!SANITIZED) refuse(call, SYS_ptrace);
}

static void fork_once(long unused) {
    (void)unused;
    (void)syscall(SYS_clone, 17L /* SIGCHLD: a process */, 0L, 0L, 0L, 0L);
}

static void open_packets(long unused) {
    (void)unused;
    (void)syscall(SYS_socket, (long)AF_PACKET, (long)SOCK_RAW, 0L);
}

static void test_arguments_count(void **state) {
    (void)state;
    refuse(open_packets, SYS_socket);
    if (!SANITIZED) refuse(fork_once, SYS_clone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_serving_goes_on), cmocka_unit_test(test_ways_out_are_shut),
                                       cmocka_unit_test(test_arguments_count)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
