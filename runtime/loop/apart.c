#include "runtime/loop/apart.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/buffer.h"
#include "core/check.h"
#include "runtime/loop/attention.h"

enum {
    JR_APART__STAY_MS = 20000,
    JR_APART__STEP_MS = 1500, /* libcurl, where it stands and waits, looks once a second */
    JR_APART__PLACE_MAX = 1 << 20,
};

struct jr_apart__transfer {
    struct jr_posted landed;
    struct jr_apart__thread *thread; /* NULL: none was to be had */
    CURL *easy;
    jr_multi_done done;
    void *user;
    CURLcode code;
    uint32_t timeout_ms;
    struct jr_attention attention; /* from its beginning */
    atomic_bool aborted;
};

struct jr_apart__thread {
    struct jr_posted ended;
    struct jr_apart *apart;
    struct jr_apart__thread *next;
    struct jn_buf to; /* where its connection leads */
    uv_thread_t id;
    uv_cond_t told;
    struct jr_apart__transfer *transfer; /* NULL: it has none */
    bool ending;                         /* it takes none any more */
    bool joined;
    CURLM *curl;
    curl_socket_t kept; /* its connection */
};

/* ---- in a thread ---- */

static bool jr_apart__is_over(const struct jr_apart__transfer *transfer) {
    return atomic_load(&transfer->aborted) || transfer->attention.time >= transfer->timeout_ms;
}

/* libcurl's own limit, of connecting, goes by a clock that a process which stands still does not stop. */
static void jr_apart__look(struct jr_apart__transfer *transfer) {
    if (jr_attention_look(&transfer->attention, uv_hrtime() / 1000000, JR_APART__STEP_MS))
        curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)INT32_MAX);
}

/* Only a transfer that is ended from within is known to have failed: one that is taken from libcurl while it goes on
 * would be finished, as if what has been sent of a mail were all of it. */
static int jr_apart__on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    struct jr_apart__transfer *transfer = user;
    (void)a, (void)b, (void)c, (void)d;
    jr_apart__look(transfer);
    return jr_apart__is_over(transfer);
}

static void jr_apart__perform(struct jr_apart__thread *thread, struct jr_apart__transfer *transfer) {
    int running = 1, left;
    CURLMsg *message = NULL;
    transfer->attention.looked = uv_hrtime() / 1000000;
    JN_CHECK_MEMORY(curl_multi_add_handle(thread->curl, transfer->easy) == CURLM_OK);
    while (running > 0) {
        jr_apart__look(transfer);
        JN_CHECK_MEMORY(curl_multi_perform(thread->curl, &running) == CURLM_OK);
        if (running > 0)
            JN_CHECK_MEMORY(curl_multi_poll(thread->curl, NULL, 0, JR_ATTENTION_LOOK_MS, NULL) == CURLM_OK);
    }
    message = curl_multi_info_read(thread->curl, &left);
    JN_CHECK(message != NULL && message->msg == CURLMSG_DONE);
    transfer->code = message->data.result;
    if (transfer->code != CURLE_OK && jr_apart__is_over(transfer)) transfer->code = CURLE_OPERATION_TIMEDOUT;
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &thread->kept);
    curl_multi_remove_handle(thread->curl, transfer->easy);
}

/* Free for the next before the loop hears of this one's end: what comes of that needs no other thread. */
static void jr_apart__hand_over(struct jr_apart__thread *thread, struct jr_apart__transfer *transfer) {
    uv_mutex_lock(&thread->apart->lock);
    thread->transfer = NULL;
    uv_mutex_unlock(&thread->apart->lock);
    jr_mailbox_post(&thread->apart->mailbox, &transfer->landed);
}

/* NULL: none came, and none comes any more. */
static struct jr_apart__transfer *jr_apart__take(struct jr_apart__thread *thread) {
    struct jr_apart *apart = thread->apart;
    uv_mutex_lock(&apart->lock);
    while (thread->transfer == NULL && !thread->ending)
        if (uv_cond_timedwait(&thread->told, &apart->lock, apart->stay_ms * UINT64_C(1000000)) != 0)
            thread->ending = thread->transfer == NULL;
    struct jr_apart__transfer *transfer = thread->transfer;
    uv_mutex_unlock(&apart->lock);
    return transfer;
}

/* Without a word: libcurl would wait for the answer to its QUIT. */
static void jr_apart__hang_up(struct jr_apart__thread *thread) {
    if (thread->kept != CURL_SOCKET_BAD) (void)shutdown(thread->kept, SHUT_RDWR);
    curl_multi_cleanup(thread->curl);
}

static void jr_apart__work(void *argument) {
    struct jr_apart__thread *thread = argument;
    struct jr_apart__transfer *transfer;
    while ((transfer = jr_apart__take(thread)) != NULL) {
        jr_apart__perform(thread, transfer);
        jr_apart__hand_over(thread, transfer);
    }
    jr_apart__hang_up(thread);
    jr_mailbox_post(&thread->apart->mailbox, &thread->ended);
}

/* ---- in the loop ---- */

static void jr_apart__on_landed(struct jr_posted *mail) {
    struct jr_apart__transfer *transfer = (struct jr_apart__transfer *)mail;
    transfer->done(transfer->user, transfer->easy, transfer->code);
    free(transfer);
}

static void jr_apart__free(struct jr_apart__thread *thread) {
    uv_cond_destroy(&thread->told);
    jn_buf_release(&thread->to);
    free(thread);
}

static void jr_apart__on_ended(struct jr_posted *mail) {
    struct jr_apart__thread *thread = (struct jr_apart__thread *)mail, **at = &thread->apart->threads;
    while (*at != thread)
        at = &(*at)->next;
    *at = thread->next;
    if (!thread->joined) JN_CHECK(uv_thread_join(&thread->id) == 0);
    jr_apart__free(thread);
}

/* NULL: the system gives none. */
static struct jr_apart__thread *jr_apart__new_thread(struct jr_apart *apart, struct jn_str to) {
    struct jr_apart__thread *thread = jn_alloc_zero(1, sizeof *thread);
    *thread = (struct jr_apart__thread){
        .ended = {.run = jr_apart__on_ended}, .apart = apart, .kept = CURL_SOCKET_BAD, .curl = curl_multi_init()};
    JN_CHECK_MEMORY(thread->curl != NULL);
    curl_multi_setopt(thread->curl, CURLMOPT_MAXCONNECTS, 1L);
    jn_buf_init(&thread->to, JR_APART__PLACE_MAX);
    jn_buf_str(&thread->to, to);
    JN_CHECK(uv_cond_init(&thread->told) == 0);
    if (uv_thread_create(&thread->id, jr_apart__work, thread) != 0) {
        curl_multi_cleanup(thread->curl);
        jr_apart__free(thread);
        return NULL;
    }
    thread->next = apart->threads;
    apart->threads = thread;
    return thread;
}

static bool jr_apart__give(struct jr_apart *apart, struct jr_apart__transfer *transfer, struct jn_str to) {
    struct jr_apart__thread *thread = apart->threads;
    uv_mutex_lock(&apart->lock);
    while (thread != NULL && (thread->transfer != NULL || thread->ending || !jn_str_eq(jn_buf_view(&thread->to), to)))
        thread = thread->next;
    if (thread == NULL) thread = jr_apart__new_thread(apart, to);
    transfer->thread = thread;
    if (thread != NULL) {
        thread->transfer = transfer;
        uv_cond_signal(&thread->told);
    }
    uv_mutex_unlock(&apart->lock);
    return thread != NULL;
}

void jr_apart_add(struct jr_apart *apart, CURL *easy, struct jn_str to, uint32_t timeout_ms, jr_multi_done done,
                  void *user) {
    struct jr_apart__transfer *transfer = jn_alloc_zero(1, sizeof *transfer);
    transfer->landed.run = jr_apart__on_landed;
    transfer->easy = easy;
    transfer->done = done;
    transfer->user = user;
    transfer->timeout_ms = timeout_ms;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, jr_apart__on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    if (jr_apart__give(apart, transfer, to)) return;
    transfer->code = CURLE_FAILED_INIT;
    jr_mailbox_post(&apart->mailbox, &transfer->landed);
}

/* With the lock held: a thread that has another one, or none, is not woken, and may be ending. */
static void jr_apart__abort(struct jr_apart__transfer *transfer) {
    struct jr_apart__thread *thread = transfer->thread;
    atomic_store(&transfer->aborted, true);
    if (thread != NULL && thread->transfer == transfer) (void)curl_multi_wakeup(thread->curl);
}

void jr_apart_abort(struct jr_apart *apart, CURL *easy) {
    struct jr_apart__transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    uv_mutex_lock(&apart->lock);
    jr_apart__abort(transfer);
    uv_mutex_unlock(&apart->lock);
}

void jr_apart_open(struct jr_apart *apart, uv_loop_t *loop) {
    *apart = (struct jr_apart){.stay_ms = JR_APART__STAY_MS};
    JN_CHECK(uv_mutex_init(&apart->lock) == 0);
    jr_mailbox_open(&apart->mailbox, loop);
}

static void jr_apart__end(struct jr_apart *apart) {
    uv_mutex_lock(&apart->lock);
    for (struct jr_apart__thread *thread = apart->threads; thread != NULL; thread = thread->next) {
        thread->ending = true;
        if (thread->transfer != NULL) jr_apart__abort(thread->transfer);
        uv_cond_signal(&thread->told);
    }
    uv_mutex_unlock(&apart->lock);
}

void jr_apart_close(struct jr_apart *apart) {
    jr_apart__end(apart);
    for (struct jr_apart__thread *thread = apart->threads; thread != NULL; thread = thread->next) {
        JN_CHECK(uv_thread_join(&thread->id) == 0);
        thread->joined = true;
    }
    jr_mailbox_run(&apart->mailbox);
    jr_mailbox_close(&apart->mailbox);
    uv_mutex_destroy(&apart->lock);
}
