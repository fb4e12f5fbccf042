// Writing JPEG files for tests, by libjpeg.
#ifndef LOCKSTEP_CJPEGWRITER_H
#define LOCKSTEP_CJPEGWRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int width;
    int height;
    // 1 for gray, 3 for red, green and blue, 4 for inks; 2 for what nobody knows the meaning of.
    int channels;
    bool is_progressive;
    bool is_arithmetic;
    // Whether colors have all the pixels that brightness has.
    bool is_full_color;
    // Whether each color has a scan of its own; for three channels.
    bool is_separate;
    // Rows of blocks from one restart marker to the next; 0 for none.
    int restart_rows;
    int quality;
} lockstep_jpeg_options;

// Writes pixels `[height, width, channels]` as a file in memory, which the caller frees.
uint8_t *lockstep_write_jpeg(const uint8_t *pixels, lockstep_jpeg_options options, size_t *count);

#endif
