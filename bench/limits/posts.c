/* The limit of webhooks: POSTs a second that libcurl's multi interface makes to one server over so many connections.
 *
 *   posts PORT CONNECTIONS SECONDS */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t swallow(char *at, size_t size, size_t n, void *user) {
    (void)at, (void)user;
    return size * n;
}

static CURL *post(const char *url, const char *body, struct curl_slist *headers) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    return easy;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: posts PORT CONNECTIONS SECONDS\n");
        return 64;
    }
    char url[64], body[331];
    int n = atoi(argv[2]), running = 0, left;
    long done = 0;
    memset(body, 'b', sizeof(body) - 1);
    body[sizeof(body) - 1] = 0;
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook", atoi(argv[1]));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "content-type: application/json");
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)n);
    for (int i = 0; i < n; i++)
        curl_multi_add_handle(multi, post(url, body, headers));
    double began = now(), seconds = atof(argv[3]);
    while (now() - began < seconds) {
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
            CURL *easy = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                fprintf(stderr, "posts: %s\n", curl_easy_strerror(message->data.result));
                return 1;
            }
            curl_multi_remove_handle(multi, easy);
            curl_easy_cleanup(easy);
            curl_multi_add_handle(multi, post(url, body, headers));
            done++;
        }
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    printf("%.0f\n", (double)done / (now() - began));
    return 0;
}
