#include "runtime/loop/multi.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/check.h"
#include "runtime/loop/attention.h"

enum { JR_MULTI__EVENTS = 64 }; /* taken at a time */

/* Of a descriptor. A connection stays watched between two transfers, else each of them would cost several calls of the
 * system to begin and to end it; only what happens on it meanwhile, its end, ends that. */
struct jr_multi__socket {
    bool kept;                /* a connection: its end is told to us */
    uint32_t wanted, watched; /* EPOLLIN, EPOLLOUT */
};

struct jr_multi {
    CURLM *curl;
    uv_timer_t timer; /* libcurl's */
    uv_timer_t sweep; /* of deadlines */
    uv_poll_t poll;   /* of `epoll` */
    int epoll;
    struct jr_multi__socket *socket; /* by descriptor */
    size_t n_socket;
    unsigned handles; /* of ours that are open: the timers and the poll */
    struct jr_attention attention;
    struct jr_multi__transfer *flying;
};

struct jr_multi__transfer {
    CURL *easy;
    jr_multi_done done;
    void *user;
    uint64_t deadline; /* attention's time */
    struct jr_multi__transfer *next, **before;
};

static void jr_multi__on_closed(uv_handle_t *handle) {
    struct jr_multi *multi = handle->data;
    if (--multi->handles > 0) return;
    close(multi->epoll);
    free(multi->socket);
    free(multi);
}

/* ---- transfers */

static struct jr_multi__transfer *jr_multi__of(CURL *easy) {
    struct jr_multi__transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return transfer;
}

static void jr_multi__land(struct jr_multi *multi, struct jr_multi__transfer *transfer) {
    *transfer->before = transfer->next;
    if (transfer->next != NULL) transfer->next->before = transfer->before;
    curl_multi_remove_handle(multi->curl, transfer->easy);
}

static void jr_multi__end(struct jr_multi *multi, struct jr_multi__transfer *transfer, CURLcode code) {
    jr_multi__land(multi, transfer);
    transfer->done(transfer->user, transfer->easy, code);
    free(transfer);
}

static void jr_multi__report(struct jr_multi *multi) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi->curl, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            jr_multi__end(multi, jr_multi__of(message->easy_handle), message->data.result);
}

/* Before libcurl looks: its own limit, of connecting, goes by a clock that a process which stands still does not stop.
 * So whoever was connecting meanwhile is not judged by it any more. */
static void jr_multi__look(struct jr_multi *multi) {
    if (!jr_attention_look(&multi->attention, uv_hrtime() / 1000000, JR_ATTENTION_STEP_MS)) return;
    for (struct jr_multi__transfer *transfer = multi->flying; transfer != NULL; transfer = transfer->next)
        curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)INT32_MAX);
}

static void jr_multi__on_timer(uv_timer_t *timer) {
    struct jr_multi *multi = timer->data;
    int running;
    jr_multi__look(multi);
    JN_CHECK_MEMORY(curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running) == CURLM_OK);
    jr_multi__report(multi);
}

/* ---- sockets */

static struct jr_multi__socket *jr_multi__socket(struct jr_multi *multi, curl_socket_t fd) {
    size_t n = (size_t)fd + 1;
    if (n > multi->n_socket) {
        multi->socket = jn_realloc(multi->socket, 2 * n * sizeof *multi->socket);
        memset(multi->socket + multi->n_socket, 0, (2 * n - multi->n_socket) * sizeof *multi->socket);
        multi->n_socket = 2 * n;
    }
    return &multi->socket[fd];
}

static void jr_multi__watch(struct jr_multi *multi, curl_socket_t fd) {
    struct jr_multi__socket *socket = jr_multi__socket(multi, fd);
    if (socket->watched == socket->wanted) return;
    int change = socket->watched == 0 ? EPOLL_CTL_ADD : socket->wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    struct epoll_event event = {.events = socket->wanted, .data.fd = fd};
    JN_CHECK(epoll_ctl(multi->epoll, change, fd, &event) == 0);
    socket->watched = socket->wanted;
}

static void jr_multi__on_event(struct jr_multi *multi, const struct epoll_event *event) {
    curl_socket_t fd = event->data.fd;
    int running, what = ((event->events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                        ((event->events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    if (jr_multi__socket(multi, fd)->wanted == 0) {
        jr_multi__watch(multi, fd);
        return;
    }
    JN_CHECK_MEMORY(curl_multi_socket_action(multi->curl, fd, what == 0 ? CURL_CSELECT_ERR : what, &running) ==
                    CURLM_OK);
}

static int jr_multi__read(struct jr_multi *multi) {
    struct epoll_event event[JR_MULTI__EVENTS];
    int n = epoll_wait(multi->epoll, event, JR_MULTI__EVENTS, 0);
    for (int i = 0; i < n; i++)
        jr_multi__on_event(multi, &event[i]);
    jr_multi__report(multi);
    return n;
}

static void jr_multi__on_poll(uv_poll_t *poll, int status, int events) {
    struct jr_multi *multi = poll->data;
    (void)events;
    JN_CHECK(status == 0);
    jr_multi__look(multi);
    (void)jr_multi__read(multi);
}

static int jr_multi__on_open(void *user, curl_socket_t fd, curlsocktype purpose) {
    (void)purpose;
    *jr_multi__socket(user, fd) = (struct jr_multi__socket){.kept = true};
    return CURL_SOCKOPT_OK;
}

static int jr_multi__on_close(void *user, curl_socket_t fd) {
    *jr_multi__socket(user, fd) = (struct jr_multi__socket){0}; /* the system forgets a closed one by itself */
    return close(fd);
}

static int jr_multi__on_want_timer(CURLM *curl, long ms, void *user) {
    (void)curl;
    struct jr_multi *multi = user;
    if (ms < 0)
        (void)uv_timer_stop(&multi->timer);
    else
        JN_CHECK(uv_timer_start(&multi->timer, jr_multi__on_timer, (uint64_t)ms, 0) == 0);
    return 0;
}

static int jr_multi__on_want_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *none) {
    (void)easy, (void)none;
    struct jr_multi *multi = user;
    struct jr_multi__socket *socket = jr_multi__socket(multi, fd);
    socket->wanted = what == CURL_POLL_REMOVE ? 0
                                              : ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) |
                                                    ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    if (socket->wanted != 0 || !socket->kept) jr_multi__watch(multi, fd);
    return 0;
}

/* ---- deadlines */

static struct jr_multi__transfer *jr_multi__soonest(const struct jr_multi *multi) {
    struct jr_multi__transfer *soonest = multi->flying;
    for (struct jr_multi__transfer *transfer = soonest; transfer != NULL; transfer = transfer->next)
        if (transfer->deadline < soonest->deadline) soonest = transfer;
    return soonest;
}

/* Each attempt having a timer of its own, or a place in a heap, would cost more than walking all of them some times a
 * second: most end long before. */
static void jr_multi__on_sweep(uv_timer_t *timer) {
    struct jr_multi *multi = timer->data;
    jr_multi__look(multi);
    uint64_t now = multi->attention.time, nap = JR_ATTENTION_LOOK_MS;
    struct jr_multi__transfer *transfer = jr_multi__soonest(multi);
    if (transfer != NULL && transfer->deadline <= now) /* nobody is late whose answer lies there already */
        while (jr_multi__read(multi) == JR_MULTI__EVENTS) {
        }
    while ((transfer = jr_multi__soonest(multi)) != NULL && transfer->deadline <= now)
        jr_multi__end(multi, transfer, CURLE_OPERATION_TIMEDOUT);
    if (transfer == NULL) return;
    if (transfer->deadline - now < nap) nap = transfer->deadline - now;
    JN_CHECK(uv_timer_start(timer, jr_multi__on_sweep, nap, 0) == 0);
}

static void jr_multi__take_off(struct jr_multi *multi, struct jr_multi__transfer *transfer, uint64_t timeout_ms) {
    jr_multi__look(multi);
    transfer->deadline = multi->attention.time + timeout_ms;
    transfer->next = multi->flying;
    transfer->before = &multi->flying;
    if (transfer->next != NULL) transfer->next->before = &transfer->next;
    multi->flying = transfer;
    if (timeout_ms >= JR_ATTENTION_LOOK_MS && uv_is_active((uv_handle_t *)&multi->sweep)) return;
    uint64_t nap = timeout_ms < JR_ATTENTION_LOOK_MS ? timeout_ms : JR_ATTENTION_LOOK_MS;
    JN_CHECK(uv_timer_start(&multi->sweep, jr_multi__on_sweep, nap, 0) == 0);
}

/* ---- life */

struct jr_multi *jr_multi_new(uv_loop_t *loop, long connections) {
    struct jr_multi *multi = jn_alloc_zero(1, sizeof *multi);
    multi->curl = curl_multi_init();
    multi->epoll = epoll_create1(EPOLL_CLOEXEC);
    JN_CHECK_MEMORY(multi->curl != NULL);
    JN_CHECK(multi->epoll >= 0);
    JN_CHECK(uv_timer_init(loop, &multi->timer) == 0);
    JN_CHECK(uv_timer_init(loop, &multi->sweep) == 0);
    JN_CHECK(uv_poll_init(loop, &multi->poll, multi->epoll) == 0);
    multi->timer.data = multi->sweep.data = multi->poll.data = multi;
    multi->handles = 3;
    JN_CHECK(uv_poll_start(&multi->poll, UV_READABLE, jr_multi__on_poll) == 0);
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, jr_multi__on_want_socket);
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, jr_multi__on_want_timer);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi->curl, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return multi;
}

bool jr_multi_add(struct jr_multi *multi, CURL *easy, uint32_t timeout_ms, jr_multi_done done, void *user) {
    struct jr_multi__transfer *transfer = jn_alloc_zero(1, sizeof *transfer);
    *transfer = (struct jr_multi__transfer){.easy = easy, .done = done, .user = user};
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, jr_multi__on_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, multi);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, jr_multi__on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, multi);
    if (curl_multi_add_handle(multi->curl, easy) == CURLM_OK) {
        jr_multi__take_off(multi, transfer, timeout_ms);
        return true;
    }
    free(transfer);
    return false;
}

void jr_multi_remove(struct jr_multi *multi, CURL *easy) {
    struct jr_multi__transfer *transfer = jr_multi__of(easy);
    jr_multi__land(multi, transfer);
    free(transfer);
}

void jr_multi_close(struct jr_multi *multi) {
    curl_multi_cleanup(multi->curl);
    uv_close((uv_handle_t *)&multi->timer, jr_multi__on_closed);
    uv_close((uv_handle_t *)&multi->sweep, jr_multi__on_closed);
    uv_close((uv_handle_t *)&multi->poll, jr_multi__on_closed);
}
