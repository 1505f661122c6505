/* The mail channel: one mail an attempt, by libcurl's SMTP, through servers that are allowed. */
#ifndef RUNTIME_DELIVERY_CHANNEL_SMTP_H
#define RUNTIME_DELIVERY_CHANNEL_SMTP_H

#include "journey/channel.h"

extern const struct jr_channel_ops jr_channel_smtp;

#endif
