// ITU-T T.81, by libjpeg-turbo or another libjpeg of the same interface.
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "CImages.h"

_Static_assert(LOCKSTEP_IMAGE_MESSAGE >= JMSG_LENGTH_MAX, "a message of libjpeg has room");

// A progressive file may go over all pixels as often as it likes, with a few bytes each time; real ones do so about ten
// times.
enum { MOST_SCANS = 100 };

// Of the pixels that a progressive file gathers, 6 bytes a pixel in color at most: 67 million of them.
enum { MOST_MEMORY = 1 << 29 };

typedef struct {
    struct jpeg_decompress_struct image;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    char *message;
    jmp_buf failed;
} jpeg_reader;

static void fail(j_common_ptr image) {
    jpeg_reader *reader = image->client_data;
    image->err->format_message(image, reader->message);
    longjmp(reader->failed, 1);
}

static void fail_with(jpeg_reader *reader, const char *message) {
    snprintf(reader->message, LOCKSTEP_IMAGE_MESSAGE, "%s", message);
    longjmp(reader->failed, 1);
}

// libjpeg warns of damage and makes up what is missing. Here that is an error, but for what has no effect on pixels.
static void warn(j_common_ptr image, int level) {
    if (level >= 0) return;
    switch (image->err->msg_code) {
        case JWRN_ADOBE_XFORM:
        case JWRN_EXTRANEOUS_DATA:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL:
            return;
        default:
            fail(image);
    }
}

static void count_scans(j_common_ptr image) {
    jpeg_reader *reader = image->client_data;
    if (reader->image.input_scan_number > MOST_SCANS) fail_with(reader, "it has too many scans");
}

static bool has_inks(const jpeg_reader *reader) {
    return reader->image.jpeg_color_space == JCS_CMYK || reader->image.jpeg_color_space == JCS_YCCK;
}

static lockstep_image_shape shape_of(const jpeg_reader *reader) {
    return (lockstep_image_shape){
        .width = reader->image.image_width,
        .height = reader->image.image_height,
        .channels = reader->image.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3,
        .has_inks = has_inks(reader)};
}

static void read_header(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
    jpeg_create_decompress(&reader->image);
    reader->image.mem->max_memory_to_use = MOST_MEMORY;
    reader->image.progress = &reader->progress;
    reader->progress.progress_monitor = count_scans;
    jpeg_mem_src(&reader->image, bytes, count);
    jpeg_read_header(&reader->image, TRUE);
    switch (reader->image.jpeg_color_space) {
        case JCS_GRAYSCALE:
        case JCS_RGB:
        case JCS_YCbCr:
        case JCS_CMYK:
        case JCS_YCCK:
            break;
        default:
            fail_with(reader, "it is neither gray nor in RGB");
    }
}

static bool read_shape(jpeg_reader *reader, const uint8_t *bytes, size_t count, lockstep_image_shape *shape) {
    if (setjmp(reader->failed)) return false;
    read_header(reader, bytes, count);
    *shape = shape_of(reader);
    return true;
}

// x · y / 255, rounded to the nearest.
static uint8_t share_of(unsigned x, unsigned y) { return (uint8_t)((x * y + 127) / 255); }

// Cyan, magenta, yellow and black to red, green and blue, as without a profile: what an ink leaves of white, times what
// black leaves. A file with Adobe's marker has 255 for no ink.
static void mix(const uint8_t *inks, size_t width, bool inverted, uint8_t *colors) {
    for (size_t pixel = 0; pixel < width; pixel++) {
        uint8_t light = inverted ? inks[4 * pixel + 3] : 255 - inks[4 * pixel + 3];
        for (size_t ink = 0; ink < 3; ink++) {
            uint8_t amount = inverted ? 255 - inks[4 * pixel + ink] : inks[4 * pixel + ink];
            colors[3 * pixel + ink] = light - share_of(amount, light);
        }
    }
}

static bool read_pixels(
    jpeg_reader *reader, const uint8_t *bytes, size_t count, lockstep_image_shape shape, uint8_t *pixels) {
    if (setjmp(reader->failed)) return false;
    read_header(reader, bytes, count);
    reader->image.out_color_space =
        has_inks(reader) ? JCS_CMYK : shape_of(reader).channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    // The same pixels everywhere: the exact transform, and nothing guessed where a file leaves precision out.
    reader->image.dct_method = JDCT_ISLOW;
    reader->image.do_fancy_upsampling = TRUE;
    reader->image.do_block_smoothing = FALSE;
    jpeg_start_decompress(&reader->image);
    if (reader->image.output_width != shape.width || reader->image.output_height != shape.height
        || has_inks(reader) != shape.has_inks
        || reader->image.output_components != (shape.has_inks ? 4 : (int)shape.channels)) {
        fail_with(reader, "it is of another shape than its header says");
    }
    size_t stride = (size_t)shape.width * shape.channels;
    JSAMPROW inks = shape.has_inks ? (*reader->image.mem->alloc_large)(
                        (j_common_ptr)&reader->image, JPOOL_IMAGE, (size_t)shape.width * 4)
                                   : NULL;
    while (reader->image.output_scanline < shape.height) {
        uint8_t *out = pixels + reader->image.output_scanline * stride;
        JSAMPROW row = shape.has_inks ? inks : out;
        jpeg_read_scanlines(&reader->image, &row, 1);
        if (shape.has_inks) mix(inks, shape.width, reader->image.saw_Adobe_marker, out);
    }
    // To the marker of the end: what is cut off is not whole.
    jpeg_finish_decompress(&reader->image);
    return true;
}

// Such that errors are caught from the first call on.
static void prepare(jpeg_reader *reader, char *message) {
    memset(reader, 0, sizeof *reader);
    reader->message = message;
    reader->image.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = fail;
    reader->errors.emit_message = warn;
    reader->image.client_data = reader;
}

bool lockstep_jpeg_shape(const uint8_t *bytes, size_t count, lockstep_image_shape *shape, char *message) {
    jpeg_reader reader;
    prepare(&reader, message);
    bool succeeded = read_shape(&reader, bytes, count, shape);
    jpeg_destroy_decompress(&reader.image);
    return succeeded;
}

bool lockstep_jpeg_decode(
    const uint8_t *bytes, size_t count, lockstep_image_shape shape, uint8_t *pixels, char *message) {
    jpeg_reader reader;
    prepare(&reader, message);
    bool succeeded = read_pixels(&reader, bytes, count, shape, pixels);
    jpeg_destroy_decompress(&reader.image);
    return succeeded;
}
