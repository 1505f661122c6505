/* `journey serve`: opens the store, starts the lane, accepts requests, delivers, and drains on SIGTERM. */
#ifndef RUNTIME_APP_APP_H
#define RUNTIME_APP_APP_H

#include "journey/error.h"

struct jr_app_options {
#define OPTION(field, name, argument, variable, preset, text) struct jn_str field; /* a flag is on when not empty */
#include "runtime/app/options.def"
#undef OPTION
    struct jn_str write_keys; /* keys of the tracking API, separated by commas; empty: the secret JOURNEY_WRITE_KEY */
    struct jn_str token;      /* of the administration API; empty: the secret JOURNEY_TOKEN */
    struct jn_str image;      /* program to deploy at start; empty: the store's current one */
};

/* Presets, then the environment, which is hidden from other processes first. Texts point to static memory or the
 * environment. */
void jr_app_options_init(struct jr_app_options *options);

/* Runs until drained. JN_OK after a drain; else the reason it did not start or had to stop
 * (JN_CONFIG, JN_IN_USE, JN_FENCED, JN_IO, …), whose exit status is jn_rc_exit(rc).
 * Prints `ready http://HOST:PORT` (https with a certificate) on stdout when it accepts requests. Once a process: it
 * owns the signals. */
jn_rc jr_app_run(const struct jr_app_options *options, struct jn_err *err);

#endif
