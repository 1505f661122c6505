#include "runtime/loop/multi.h"

#include <stdlib.h>

#include "core/check.h"

struct jr_multi {
    CURLM *curl;
    uv_loop_t *loop;
    uv_timer_t timer;
    unsigned handles; /* of ours that are open: the timer and polls */
    bool closed;
};

struct jr_multi__socket {
    uv_poll_t poll;
    struct jr_multi *multi;
    curl_socket_t fd;
};

struct jr_multi__transfer {
    jr_multi_done done;
    void *user;
};

static void jr_multi__forget(struct jr_multi *multi) {
    if (--multi->handles == 0 && multi->closed) free(multi);
}

static void jr_multi__on_timer_closed(uv_handle_t *handle) {
    jr_multi__forget(handle->data);
}

static void jr_multi__on_socket_closed(uv_handle_t *handle) {
    struct jr_multi__socket *socket = handle->data;
    struct jr_multi *multi = socket->multi;
    free(socket);
    jr_multi__forget(multi);
}

static void jr_multi__report(struct jr_multi *multi) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; /* the message goes with the handle's removal */
        struct jr_multi__transfer *transfer = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        curl_multi_remove_handle(multi->curl, easy);
        transfer->done(transfer->user, easy, code);
        free(transfer);
    }
}

static void jr_multi__act(struct jr_multi *multi, curl_socket_t fd, int events) {
    int running;
    JN_CHECK(curl_multi_socket_action(multi->curl, fd, events, &running) == CURLM_OK);
    jr_multi__report(multi);
}

static void jr_multi__on_timer(uv_timer_t *timer) {
    struct jr_multi *multi = timer->data;
    jr_multi__act(multi, CURL_SOCKET_TIMEOUT, 0);
}

static void jr_multi__on_poll(uv_poll_t *poll, int status, int events) {
    struct jr_multi__socket *socket = poll->data;
    int what = status < 0 ? CURL_CSELECT_ERR
                          : ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                                ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
    jr_multi__act(socket->multi, socket->fd, what);
}

static int jr_multi__on_want_timer(CURLM *curl, long ms, void *user) {
    (void)curl;
    struct jr_multi *multi = user;
    if (multi->closed) return 0;
    if (ms < 0)
        (void)uv_timer_stop(&multi->timer);
    else
        JN_CHECK(uv_timer_start(&multi->timer, jr_multi__on_timer, (uint64_t)ms, 0) == 0);
    return 0;
}

static int jr_multi__on_want_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user) {
    (void)easy;
    struct jr_multi *multi = user;
    struct jr_multi__socket *socket = socket_user;
    if (what == CURL_POLL_REMOVE) {
        if (socket == NULL) return 0;
        (void)uv_poll_stop(&socket->poll);
        uv_close((uv_handle_t *)&socket->poll, jr_multi__on_socket_closed);
        curl_multi_assign(multi->curl, fd, NULL);
        return 0;
    }
    if (socket == NULL) {
        socket = jn_alloc_zero(1, sizeof *socket);
        socket->multi = multi;
        socket->fd = fd;
        socket->poll.data = socket;
        JN_CHECK(uv_poll_init_socket(multi->loop, &socket->poll, fd) == 0);
        multi->handles++;
        curl_multi_assign(multi->curl, fd, socket);
    }
    int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
    JN_CHECK(uv_poll_start(&socket->poll, events, jr_multi__on_poll) == 0);
    return 0;
}

struct jr_multi *jr_multi_new(uv_loop_t *loop, long connections) {
    struct jr_multi *multi = jn_alloc_zero(1, sizeof *multi);
    multi->loop = loop;
    multi->curl = curl_multi_init();
    JN_CHECK(multi->curl != NULL);
    JN_CHECK(uv_timer_init(loop, &multi->timer) == 0);
    multi->timer.data = multi;
    multi->handles = 1;
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, jr_multi__on_want_socket);
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, jr_multi__on_want_timer);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, connections);
    curl_multi_setopt(multi->curl, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return multi;
}

bool jr_multi_add(struct jr_multi *multi, CURL *easy, jr_multi_done done, void *user) {
    struct jr_multi__transfer *transfer = jn_alloc_zero(1, sizeof *transfer);
    *transfer = (struct jr_multi__transfer){.done = done, .user = user};
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (curl_multi_add_handle(multi->curl, easy) == CURLM_OK) return true;
    free(transfer);
    return false;
}

void jr_multi_remove(struct jr_multi *multi, CURL *easy) {
    struct jr_multi__transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi->curl, easy);
    free(transfer);
}

void jr_multi_close(struct jr_multi *multi) {
    curl_multi_cleanup(multi->curl);
    multi->closed = true;
    uv_close((uv_handle_t *)&multi->timer, jr_multi__on_timer_closed);
}
