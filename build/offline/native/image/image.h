// The C ABI of liblorealimage: encoded bytes in memory to pixels and back. No entry aborts, throws or keeps state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>

#define LOREAL_EXPORT extern "C" __attribute__((visibility("default")))

enum ImageStatus : int32_t
{
    ImageOk = 0,
    ImageUnknownFormat = 1,
    ImageInvalidContent = 2,
    ImageTooLarge = 3,
    ImageOutOfMemory = 4,
    ImageNotSupported = 5,
    ImageBadArgument = 6,
};

enum ImageFormat : int32_t
{
    FormatUnknown = 0,
    FormatJpeg = 1,
    FormatPng = 2,
    FormatWebp = 3,
};

// How the caller's pixels lie in memory, 8 bits a channel, rows without padding.
enum PixelLayout : int32_t
{
    PixelL8 = 0,
    PixelRgb24 = 1,
    PixelRgba32 = 2,
    PixelBgra32 = 3,
};

enum JpegSampling : int32_t
{
    Sampling444 = 0,
    Sampling422 = 1,
    Sampling420 = 2,
    SamplingGrey = 3,
};

struct ImageHeader
{
    int32_t format;
    int32_t width;
    int32_t height;
    int32_t bits_per_pixel;
    int32_t has_alpha;
};

// Where an entry says what was wrong; always terminated, cut when too long.
struct Message
{
    char* text;
    size_t capacity;

    void set(const char* what) const
    {
        if (text != nullptr && capacity > 0)
        {
            std::snprintf(text, capacity, "%s", what);
        }
    }
};

struct EncodedBytes
{
    const uint8_t* data;
    size_t size;
};

// Bytes within a pixel.
struct ChannelOrder
{
    int red;
    int blue;
};

inline ChannelOrder order_of(int32_t layout)
{
    return layout == PixelBgra32 ? ChannelOrder{2, 0} : ChannelOrder{0, 2};
}

inline int32_t channels_of(int32_t layout)
{
    return layout == PixelL8 ? 1 : layout == PixelRgb24 ? 3 : 4;
}

int32_t jpeg_probe(EncodedBytes input, ImageHeader* header, Message message);
int32_t png_probe(EncodedBytes input, ImageHeader* header, Message message);
int32_t webp_probe(EncodedBytes input, ImageHeader* header, Message message);

// `pixels` holds width * height pixels of the header that the probe found; the layout is RGB, RGBA or BGRA.
// JPEG alone can be decoded straight to `eighths` / 8 of its size, of which `expected` says what it is.
int32_t jpeg_decode(EncodedBytes input, ImageHeader expected, int32_t eighths, int32_t layout, uint8_t* pixels, Message message);
int32_t png_decode(EncodedBytes input, ImageHeader expected, int32_t layout, uint8_t* pixels, Message message);
int32_t webp_decode(EncodedBytes input, ImageHeader expected, int32_t layout, uint8_t* pixels, Message message);
