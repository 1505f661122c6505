#include "runtime/loop/mailbox.h"

#include "core/check.h"

static void jr_mailbox__on_wakeup(uv_async_t *wakeup) {
    jr_mailbox_run(wakeup->data);
}

void jr_mailbox_open(struct jr_mailbox *mailbox, uv_loop_t *loop) {
    *mailbox = (struct jr_mailbox){.last = &mailbox->first};
    JN_CHECK(uv_mutex_init(&mailbox->lock) == 0);
    JN_CHECK(uv_async_init(loop, &mailbox->wakeup, jr_mailbox__on_wakeup) == 0);
    mailbox->wakeup.data = mailbox;
}

void jr_mailbox_post(struct jr_mailbox *mailbox, struct jr_posted *mail) {
    mail->next = NULL;
    uv_mutex_lock(&mailbox->lock);
    *mailbox->last = mail;
    mailbox->last = &mail->next;
    uv_mutex_unlock(&mailbox->lock);
    JN_CHECK(uv_async_send(&mailbox->wakeup) == 0);
}

void jr_mailbox_run(struct jr_mailbox *mailbox) {
    uv_mutex_lock(&mailbox->lock);
    struct jr_posted *mail = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    uv_mutex_unlock(&mailbox->lock);
    while (mail != NULL) {
        struct jr_posted *next = mail->next;
        mail->run(mail);
        mail = next;
    }
}

void jr_mailbox_close(struct jr_mailbox *mailbox) {
    uv_close((uv_handle_t *)&mailbox->wakeup, NULL);
    uv_mutex_destroy(&mailbox->lock);
}
