// Decoding PNG and JPEG, and encoding PNG. In C because libpng and libjpeg report errors by longjmp, which must not cross
// a Swift frame: each call sets the place to jump to, frees what it took, and returns.
#ifndef LOCKSTEP_CIMAGES_H
#define LOCKSTEP_CIMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of a message, its end included; JMSG_LENGTH_MAX of libjpeg.
enum { LOCKSTEP_IMAGE_MESSAGE = 200 };

// What an image decodes to: `[height, width, channels]` bytes, or one channel more.
typedef struct {
    uint32_t width;
    uint32_t height;
    // 1 for gray; 3 for red, green and blue.
    uint32_t channels;
    // Whether pixels may be transparent: there is a channel for that, or a color that stands for it.
    bool has_alpha;
    // Whether the file's colors are inks (CMYK); they become red, green and blue.
    bool has_inks;
} lockstep_image_shape;

// Reads the headers of a file in memory. False if they are damaged, or of a kind that is not decoded; then `message`
// says why.
bool lockstep_png_shape(const uint8_t *bytes, size_t count, lockstep_image_shape *shape, char *message);
bool lockstep_jpeg_shape(const uint8_t *bytes, size_t count, lockstep_image_shape *shape, char *message);

// Decodes a file in memory into `pixels`, which has room for an image of `shape`: what the call above has found. False
// if anything is missing or damaged; then `message` says what, and `pixels` holds anything. PNG with `keeps_alpha` has
// opacity as one channel more, 255 for opaque; without it the colors that are stored for transparent pixels show.
bool lockstep_png_decode(
    const uint8_t *bytes, size_t count, lockstep_image_shape shape, bool keeps_alpha, uint8_t *pixels, char *message);
bool lockstep_jpeg_decode(
    const uint8_t *bytes, size_t count, lockstep_image_shape shape, uint8_t *pixels, char *message);

// Encodes `[height, width, 3]` bytes of red, green and blue. `count` is the room in `file`, for which
// `lockstep_png_most_bytes` is enough, and becomes the length of what was written. False for want of memory.
size_t lockstep_png_most_bytes(uint32_t width, uint32_t height);
bool lockstep_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *file, size_t *count);

#endif
