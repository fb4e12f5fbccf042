#include "CJPEGWriter.h"

#include <stdio.h>

#include <jpeglib.h>

static J_COLOR_SPACE color_space(int channels) {
    switch (channels) {
        case 1: return JCS_GRAYSCALE;
        case 3: return JCS_RGB;
        case 4: return JCS_CMYK;
        default: return JCS_UNKNOWN;
    }
}

// A scan for each color.
static const jpeg_scan_info separate_scans[] = {
    {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};

// What is wrong ends the process with a message of libjpeg: it is the test that is wrong.
uint8_t *lockstep_write_jpeg(const uint8_t *pixels, lockstep_jpeg_options options, size_t *count) {
    struct jpeg_compress_struct image;
    struct jpeg_error_mgr errors;
    image.err = jpeg_std_error(&errors);
    jpeg_create_compress(&image);
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg_mem_dest(&image, &bytes, &size);
    image.image_width = options.width;
    image.image_height = options.height;
    image.input_components = options.channels;
    image.in_color_space = color_space(options.channels);
    jpeg_set_defaults(&image);
    jpeg_set_quality(&image, options.quality, TRUE);
    if (options.is_progressive) jpeg_simple_progression(&image);
    if (options.is_separate) {
        image.scan_info = separate_scans;
        image.num_scans = 3;
    }
    image.arith_code = options.is_arithmetic;
    image.restart_in_rows = options.restart_rows;
    if (options.is_full_color) image.comp_info[0].h_samp_factor = image.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&image, TRUE);
    while (image.next_scanline < image.image_height) {
        // libjpeg never writes through it.
        JSAMPROW row = (JSAMPROW)pixels + (size_t)image.next_scanline * options.width * options.channels;
        jpeg_write_scanlines(&image, &row, 1);
    }
    jpeg_finish_compress(&image);
    jpeg_destroy_compress(&image);
    *count = size;
    return bytes;
}
