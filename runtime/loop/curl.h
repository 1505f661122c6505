/* libcurl, loaded when it is first needed: it brings some thirty libraries along, which are two thirds of the time that
 * a command takes to start, and most commands never ask the network. Include this, never <curl/curl.h>. */
#ifndef RUNTIME_LOOP_CURL_H
#define RUNTIME_LOOP_CURL_H

/* Its macros name the functions themselves, which are not linked. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

#include "journey/error.h"

/* Before the first call, from one thread; again is free. JN_CONFIG when libcurl is not installed, or too old. */
jn_rc jr_curl_load(struct jn_err *err);

#define CURL_CALL(name) extern __typeof__(&name) jr_##name;
#include "runtime/loop/curl.def"
#undef CURL_CALL

#define curl_easy_cleanup        jr_curl_easy_cleanup
#define curl_easy_getinfo        jr_curl_easy_getinfo
#define curl_easy_init           jr_curl_easy_init
#define curl_easy_perform        jr_curl_easy_perform
#define curl_easy_setopt         jr_curl_easy_setopt
#define curl_easy_strerror       jr_curl_easy_strerror
#define curl_free                jr_curl_free
#define curl_global_cleanup      jr_curl_global_cleanup
#define curl_global_init         jr_curl_global_init
#define curl_multi_add_handle    jr_curl_multi_add_handle
#define curl_multi_assign        jr_curl_multi_assign
#define curl_multi_cleanup       jr_curl_multi_cleanup
#define curl_multi_info_read     jr_curl_multi_info_read
#define curl_multi_init          jr_curl_multi_init
#define curl_multi_perform       jr_curl_multi_perform
#define curl_multi_poll          jr_curl_multi_poll
#define curl_multi_remove_handle jr_curl_multi_remove_handle
#define curl_multi_setopt        jr_curl_multi_setopt
#define curl_multi_socket_action jr_curl_multi_socket_action
#define curl_multi_wakeup        jr_curl_multi_wakeup
#define curl_slist_append        jr_curl_slist_append
#define curl_slist_free_all      jr_curl_slist_free_all
#define curl_url                 jr_curl_url
#define curl_url_cleanup         jr_curl_url_cleanup
#define curl_url_get             jr_curl_url_get
#define curl_url_set             jr_curl_url_set
#define curl_url_strerror        jr_curl_url_strerror
#define curl_version_info        jr_curl_version_info

#endif
