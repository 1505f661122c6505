#include "runtime/api/api.h"
#include "runtime/measure/metrics.h"

static void jr_service__text(struct jr_http_exchange *exchange, int status, struct jn_str text) {
    jr_http_respond(exchange, &(struct jr_http_reply){.status = status,
                                                      .content_type = "text/plain; charset=utf-8",
                                                      .headers = JN_STR("Cache-Control: no-store\r\n"),
                                                      .body = text});
}

void jr_api__root(struct jr_api *api, struct jr_http_exchange *exchange) {
    (void)api;
    jr_service__text(exchange, 200, JN_STR("journey: customer journeys as code\n"));
}

void jr_api__health(struct jr_api *api, struct jr_http_exchange *exchange) {
    (void)api;
    jr_service__text(exchange, 200, JN_STR("ok\n"));
}

void jr_api__ready(struct jr_api *api, struct jr_http_exchange *exchange) {
    if (api->host.ready(api->host.user))
        jr_service__text(exchange, 200, JN_STR("ready\n"));
    else
        jr_service__text(exchange, 503, JN_STR("not ready\n"));
}

void jr_api__metrics(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jn_buf text;
    jn_buf_init(&text, 1u << 20);
    api->host.measure(api->host.user);
    jr_metrics_write(&text);
    jr_http_respond(exchange, &(struct jr_http_reply){.status = 200,
                                                      .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                                      .body = jn_buf_view(&text)});
    jn_buf_release(&text);
}
