#include "demo.h"
#include <string.h>

static const unsigned char contacts[] = {
#embed "demo/workshop-friends.csv"
};

static const unsigned char letter_html[] = {
#embed "demo/letter.html"
};

static const unsigned char letter_text[] = {
#embed "demo/letter.txt"
};

static const struct martlet_asset files[] = {
    {"workshop-friends.csv", contacts, sizeof contacts},
    {"letter.html", letter_html, sizeof letter_html},
    {"letter.txt", letter_text, sizeof letter_text},
};

const struct martlet_asset *martlet_demo_file(const char *name) {
  for (size_t index = 0; index < sizeof files / sizeof files[0]; index++) {
    if (strcmp(files[index].name, name) == 0) return &files[index];
  }
  return NULL;
}
