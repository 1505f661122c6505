/* The limit of requests: a server of libuv and llhttp alone that reads every request to its end and answers 200.
 * Prints its port. */
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const char ANSWER[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n"
                             "{\"success\":true}";

struct connection {
    uv_tcp_t tcp;
    llhttp_t parser;
    unsigned owed; /* answers to the requests of one read */
    char input[65536];
};

struct reply {
    uv_write_t write;
    char text[];
};

static llhttp_settings_t settings;

static int on_complete(llhttp_t *parser) {
    ((struct connection *)parser->data)->owed++;
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void on_written(uv_write_t *write, int status) {
    (void)status;
    free(write->data);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)suggested;
    struct connection *c = handle->data;
    *buf = uv_buf_init(c->input, sizeof(c->input));
}

static void answer(struct connection *c) {
    const size_t one = sizeof(ANSWER) - 1;
    struct reply *reply = malloc(sizeof(*reply) + one * c->owed);
    for (unsigned i = 0; i < c->owed; i++)
        memcpy(reply->text + one * i, ANSWER, one);
    reply->write.data = reply;
    uv_buf_t buf = uv_buf_init(reply->text, (unsigned)(one * c->owed));
    c->owed = 0;
    if (uv_write(&reply->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0) free(reply);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct connection *c = stream->data;
    if (n < 0 || llhttp_execute(&c->parser, buf->base, (size_t)n) != HPE_OK) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    if (c->owed > 0) answer(c);
}

static void on_connection(uv_stream_t *server, int status) {
    struct connection *c = calloc(1, sizeof(*c));
    if (status != 0 || c == NULL) exit(1);
    uv_tcp_init(server->loop, &c->tcp);
    c->tcp.data = c;
    llhttp_init(&c->parser, HTTP_REQUEST, &settings);
    c->parser.data = c;
    if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0) exit(1);
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
}

int main(void) {
    uv_tcp_t server;
    struct sockaddr_in address;
    int size = sizeof(address);
    llhttp_settings_init(&settings);
    settings.on_message_complete = on_complete;
    uv_tcp_init(uv_default_loop(), &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&server, (struct sockaddr *)&address, 0) != 0) return 1;
    if (uv_listen((uv_stream_t *)&server, 1024, on_connection) != 0) return 1;
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size);
    printf("%d\n", (address.sin_port >> 8) | ((address.sin_port & 0xff) << 8));
    fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
