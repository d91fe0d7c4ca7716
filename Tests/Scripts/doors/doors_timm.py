"""Float ONNX files of timm's models, by both of PyTorch's exporters."""

import os

from doors_base import CLASSES, FILES, export, images_for, runtime_answers, seeded


TIMM = {  # name: image size, further arguments
    "vit_tiny_patch16_224": (64, dict(img_size=64)),
    "deit_tiny_distilled_patch16_224": (64, dict(img_size=64)),
    "deit3_small_patch16_224": (64, dict(img_size=64)),
    "vit_base_patch16_clip_224": (64, dict(img_size=64, depth=2)),
    "vit_base_patch16_siglip_224": (64, dict(img_size=64, depth=2)),
    "vit_small_patch14_dinov2": (70, dict(img_size=70, depth=3)),
    "vit_small_patch14_reg4_dinov2": (70, dict(img_size=70, depth=3)),
    "vit_relpos_small_patch16_224": (64, dict(img_size=64)),
    "vit_srelpos_small_patch16_224": (64, dict(img_size=64)),
    "vit_small_patch16_dinov3": (64, dict(img_size=64)),
    "beit_base_patch16_224": (64, dict(img_size=64, depth=2)),
    "beitv2_base_patch16_224": (64, dict(img_size=64, depth=2)),
    "eva02_tiny_patch14_224": (70, dict(img_size=70, depth=3)),
    "swin_tiny_patch4_window7_224": (112, dict(img_size=112)),
    "swinv2_tiny_window8_256": (128, dict(img_size=128)),
    "cait_xxs24_224": (64, dict(img_size=64, depth=4)),
    "xcit_nano_12_p16_224": (64, dict(img_size=64)),
    "levit_128s": (224, {}),
    "mobilevit_xxs": (128, {}),
    "mobilevitv2_050": (128, {}),
    "efficientformer_l1": (224, {}),
    "efficientformerv2_s0": (224, {}),
    "pvt_v2_b0": (128, {}),
    "pit_ti_224": (224, {}),
    "convit_tiny": (224, {}),
    "tnt_s_patch16_224": (224, {}),
    "twins_svt_small": (224, {}),
    "coat_tiny": (224, {}),
    "coat_lite_tiny": (224, {}),
    "crossvit_9_240": (240, {}),
    "mvitv2_tiny": (224, {}),
    "maxvit_pico_rw_256": (256, {}),
    "nest_tiny": (224, {}),
    "gcvit_xxtiny": (224, {}),
    "davit_tiny": (224, {}),
    "focalnet_tiny_srf": (224, {}),
    "efficientvit_b0": (128, {}),
    "efficientvit_m0": (224, {}),
    "tiny_vit_5m_224": (224, {}),
    "edgenext_xx_small": (128, {}),
    "fastvit_t8": (128, {}),
    "poolformer_s12": (128, {}),
    "convnext_atto": (64, {}),
    "convnextv2_atto": (64, {}),
    "repvit_m0_9": (128, {}),
    "visformer_tiny": (224, {}),
    "hiera_tiny_224": (224, {}),
    "volo_d1_224": (224, {}),
    "sequencer2d_s": (224, {}),
    "mixer_s16_224": (224, {}),
    "resmlp_12_224": (224, {}),
    "gmlp_s16_224": (224, {}),
    "vit_base_resnet26d_224": (224, {}),
    "naflexvit_base_patch16_gap": (64, dict(img_size=64, depth=2)),
    "samvit_base_patch16": (224, dict(img_size=224, depth=2)),
    "starnet_s1": (64, {}),
}  # fmt: skip


def timm_model(name, arguments):
    import timm

    return seeded(lambda: timm.create_model(name, pretrained=False, num_classes=CLASSES, **arguments))


def timm_onnx(name, dynamo):
    size, arguments = TIMM[name]

    def write(folder):
        model = timm_model(name, arguments)
        images = images_for(size)
        path = os.path.join(folder, "model.onnx")
        export(model, images, path, dynamo)
        return images, runtime_answers(path, images)

    return write


for _name in TIMM:
    FILES[f"timm/{_name}/torchscript"] = timm_onnx(_name, False)
    FILES[f"timm/{_name}/dynamo"] = timm_onnx(_name, True)
