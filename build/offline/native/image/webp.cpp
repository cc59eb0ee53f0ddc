#include "image.h"

#include <cstdlib>
#include <cstring>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

namespace
{
int32_t explain(VP8StatusCode code, Message message)
{
    switch (code)
    {
    case VP8_STATUS_OK:
        return ImageOk;
    case VP8_STATUS_OUT_OF_MEMORY:
        message.set("out of memory");
        return ImageOutOfMemory;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        message.set("the file ends too early");
        return ImageInvalidContent;
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        message.set("the WebP file uses a feature that is not supported");
        return ImageNotSupported;
    default:
        message.set("the WebP bitstream is damaged");
        return ImageInvalidContent;
    }
}

// The first frame on its canvas, the rest of which is transparent.
int32_t decode_first_frame(
    EncodedBytes input, ImageHeader expected, int32_t layout, uint8_t* pixels, Message message)
{
    WebPAnimDecoderOptions options;
    if (WebPAnimDecoderOptionsInit(&options) == 0)
    {
        return ImageNotSupported;
    }
    options.color_mode = layout == PixelBgra32 ? MODE_BGRA : MODE_RGBA;
    const WebPData data{input.data, input.size};
    WebPAnimDecoder* decoder = WebPAnimDecoderNew(&data, &options);
    if (decoder == nullptr)
    {
        message.set("the WebP animation is damaged");
        return ImageInvalidContent;
    }
    WebPAnimInfo info;
    uint8_t* canvas = nullptr;
    int timestamp = 0;
    const bool decoded = WebPAnimDecoderGetInfo(decoder, &info) != 0 &&
        static_cast<int32_t>(info.canvas_width) == expected.width &&
        static_cast<int32_t>(info.canvas_height) == expected.height &&
        WebPAnimDecoderGetNext(decoder, &canvas, &timestamp) != 0;
    if (decoded)
    {
        const size_t count = static_cast<size_t>(expected.width) * expected.height;
        const int32_t channels = channels_of(layout);
        for (size_t i = 0; i < count; ++i)
        {
            std::memcpy(pixels + i * channels, canvas + i * 4, channels);
        }
    }
    else
    {
        message.set("the first frame of the WebP animation is damaged");
    }
    WebPAnimDecoderDelete(decoder);
    return decoded ? ImageOk : ImageInvalidContent;
}
}

int32_t webp_probe(EncodedBytes input, ImageHeader* header, Message message)
{
    WebPBitstreamFeatures features;
    const VP8StatusCode code = WebPGetFeatures(input.data, input.size, &features);
    if (code != VP8_STATUS_OK)
    {
        return explain(code, message);
    }
    header->width = features.width;
    header->height = features.height;
    header->has_alpha = features.has_alpha;
    header->bits_per_pixel = features.has_alpha ? 32 : 24;
    return ImageOk;
}

int32_t webp_decode(EncodedBytes input, ImageHeader expected, int32_t layout, uint8_t* pixels, Message message)
{
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0)
    {
        return ImageNotSupported;
    }
    const VP8StatusCode probed = WebPGetFeatures(input.data, input.size, &config.input);
    if (probed != VP8_STATUS_OK)
    {
        return explain(probed, message);
    }
    if (config.input.has_animation)
    {
        return decode_first_frame(input, expected, layout, pixels, message);
    }
    const int stride = expected.width * channels_of(layout);
    config.output.colorspace = layout == PixelRgb24 ? MODE_RGB : layout == PixelRgba32 ? MODE_RGBA : MODE_BGRA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = stride;
    config.output.u.RGBA.size = static_cast<size_t>(stride) * expected.height;
    const VP8StatusCode decoded = WebPDecode(input.data, input.size, &config);
    WebPFreeDecBuffer(&config.output);
    if (decoded == VP8_STATUS_OUT_OF_MEMORY)
    {
        // libwebp 1.5 says so of some damaged files too: where the memory of a whole picture is there, the file is to blame.
        void* trial = WebPMalloc(static_cast<size_t>(expected.width) * expected.height * 4);
        WebPFree(trial);
        return explain(trial == nullptr ? decoded : VP8_STATUS_BITSTREAM_ERROR, message);
    }
    return explain(decoded, message);
}

LOREAL_EXPORT int32_t loreal_image_encode_webp(
    const uint8_t* pixels,
    int32_t width,
    int32_t height,
    int32_t layout,
    float quality,
    int32_t lossless,
    int32_t method,
    int32_t keep_hidden_colours,
    uint8_t** encoded,
    size_t* encoded_size,
    char* message_text,
    size_t message_capacity)
{
    const Message message{message_text, message_capacity};
    WebPConfig config;
    WebPPicture picture;
    if (pixels == nullptr || encoded == nullptr || encoded_size == nullptr || width <= 0 || height <= 0 ||
        layout < PixelRgb24 || layout > PixelBgra32 || WebPConfigInit(&config) == 0 || WebPPictureInit(&picture) == 0)
    {
        return ImageBadArgument;
    }
    config.quality = quality;
    config.lossless = lossless;
    config.method = method;
    config.exact = keep_hidden_colours;
    if (WebPValidateConfig(&config) == 0 || width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION)
    {
        message.set("WebP cannot hold this image: at most 16383 pixels a side, quality 0 to 100, method 0 to 6");
        return ImageBadArgument;
    }
    picture.use_argb = lossless;
    picture.width = width;
    picture.height = height;
    const int stride = width * channels_of(layout);
    const int imported = layout == PixelRgb24 ? WebPPictureImportRGB(&picture, pixels, stride)
        : layout == PixelRgba32               ? WebPPictureImportRGBA(&picture, pixels, stride)
                                              : WebPPictureImportBGRA(&picture, pixels, stride);
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    if (imported == 0 || WebPEncode(&config, &picture) == 0)
    {
        message.set("the WebP encoder failed");
        const bool no_memory = imported == 0 || picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
            picture.error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY;
        WebPPictureFree(&picture);
        WebPMemoryWriterClear(&writer);
        return no_memory ? ImageOutOfMemory : ImageInvalidContent;
    }
    WebPPictureFree(&picture);
    // The writer's memory comes from malloc, so loreal_image_free may release it.
    *encoded = writer.mem;
    *encoded_size = writer.size;
    return ImageOk;
}
