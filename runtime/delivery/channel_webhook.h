/* The webhook channel: one signed POST an attempt, by libcurl, to addresses that are allowed. */
#ifndef RUNTIME_DELIVERY_CHANNEL_WEBHOOK_H
#define RUNTIME_DELIVERY_CHANNEL_WEBHOOK_H

#include "journey/channel.h"

#define JR_WEBHOOK_ANSWER_MAX 65536 /* of an answer's body, which is not looked at */

extern const struct jr_channel_ops jr_channel_webhook;

#endif
