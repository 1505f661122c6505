/* From any thread to the loop: messages are run there in the order they were posted. */
#ifndef RUNTIME_LOOP_MAILBOX_H
#define RUNTIME_LOOP_MAILBOX_H

#include <stdbool.h>
#include <uv.h>

/* Embedded in the sender's structure, which `run` takes over. */
struct jr_posted {
    struct jr_posted *next;
    void (*run)(struct jr_posted *mail);
};

struct jr_mailbox {
    uv_async_t wakeup;
    uv_mutex_t lock;
    struct jr_posted *first, **last;
};

void jr_mailbox_open(struct jr_mailbox *mailbox, uv_loop_t *loop);
void jr_mailbox_post(struct jr_mailbox *mailbox, struct jr_posted *mail);
/* Runs what is there; only for the loop's thread. */
void jr_mailbox_run(struct jr_mailbox *mailbox);
/* After the last post; the loop must run once more before the mailbox's memory goes. */
void jr_mailbox_close(struct jr_mailbox *mailbox);

#endif
