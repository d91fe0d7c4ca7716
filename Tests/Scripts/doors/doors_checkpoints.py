"""Checkpoints with their settings, by timm and by transformers."""

import os
import json

import numpy as np
import torch
from doors_base import CLASSES, FILES, answer, images_for, torch_answers


def shaken(model, seed=1):
    """Random weights none of which is degenerate: norms, layer scale, biases and tables get numbers too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            spread = float(parameter.std()) if parameter.numel() > 1 else 0.0
            noise = torch.randn(parameter.shape, generator=generator)
            if spread < 1e-3:
                parameter.add_(0.3 * noise)
            elif parameter.ndim >= 2 and parameter.shape[-1] > 1:
                parameter.copy_(noise * (1.2 / parameter[0].numel() ** 0.5))
    return model.eval()


def preprocessor(folder, size):

    with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
        half, side = [0.5] * 3, dict(height=size[0], width=size[1])
        json.dump(dict(do_resize=True, size=side, resample=3, do_rescale=True, rescale_factor=1 / 255,
                       do_normalize=True, image_mean=half, image_std=half), file)  # fmt: skip


def hugging_face(name, size=32, shards=None, form="safetensors", **settings):
    """A folder as `save_pretrained` writes it."""

    def write(folder):
        import transformers

        torch.manual_seed(2)
        hub = os.path.join(folder, "hub")
        small = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
        vision = dict(small, image_size=size, patch_size=8)
        family = name.split("For")[0].split("Model")[0].split("Vision")[0]
        labels = dict(num_labels=CLASSES) if "Classification" in name else {}
        config = getattr(transformers, family + "Config")
        if family in ("Siglip", "CLIP"):
            text = dict(small, vocab_size=40, bos_token_id=1, eos_token_id=2, pad_token_id=0)
            if "Vision" in name:
                made = getattr(transformers, family + "VisionConfig")(**(vision | settings))
            else:
                made = config(vision_config=vision | settings, text_config=text, projection_dim=24, **labels) \
                    if family == "CLIP" else config(vision_config=vision | settings, text_config=text, **labels)  # fmt: skip
        elif family == "Swin":
            made = config(**(dict(image_size=size, patch_size=2, embed_dim=16, depths=[2, 2], num_heads=[2, 4],
                                  window_size=4) | labels | settings))  # fmt: skip
        else:
            if family.startswith("Dinov2"):
                vision.pop("intermediate_size")
            made = config(**(vision | labels | settings))
        model = shaken(getattr(transformers, name)(made))
        if form == "bin":
            # The names that `save_pretrained` writes, which may differ from those in memory.
            import safetensors.torch

            model.save_pretrained(hub)
            path = os.path.join(hub, "model.safetensors")
            torch.save(safetensors.torch.load_file(path), os.path.join(hub, "pytorch_model.bin"))
            os.remove(path)
        else:
            model.save_pretrained(hub, **(dict(max_shard_size=shards) if shards else {}))
        preprocessor(hub, (size, size))
        images = images_for(size, 3)
        with torch.no_grad():
            results = []
            for image in images:
                pixels = torch.from_numpy(image[None])
                if name in ("CLIPModel", "SiglipModel"):
                    found = model.get_image_features(pixels)
                    found = getattr(found, "pooler_output", found)
                elif name == "CLIPVisionModelWithProjection":
                    found = model(pixels).image_embeds
                else:
                    found = answer(model(pixels))
                results.append(found.numpy())
        return images, np.concatenate(results)


FILES |= {
    "hf/vit": hugging_face("ViTForImageClassification"),
    "hf/vit-model": hugging_face("ViTModel"),
    "hf/vit-no-qkv-bias": hugging_face("ViTForImageClassification", qkv_bias=False),
    "hf/vit-gelu-new": hugging_face("ViTForImageClassification", hidden_act="gelu_new", layer_norm_eps=1e-3),
    "hf/vit-quickgelu": hugging_face("ViTForImageClassification", hidden_act="quick_gelu"),
    "hf/vit-shards": hugging_face("ViTForImageClassification", shards="20KB"),
    "hf/vit-bin": hugging_face("ViTForImageClassification", form="bin"),
    "hf/deit": hugging_face("DeiTForImageClassification"),
    "hf/deit-teacher": hugging_face("DeiTForImageClassificationWithTeacher"),
    "hf/deit-model": hugging_face("DeiTModel"),
    "hf/dinov2": hugging_face("Dinov2ForImageClassification"),
    "hf/dinov2-model": hugging_face("Dinov2Model"),
    "hf/dinov2-swiglu": hugging_face("Dinov2Model", use_swiglu_ffn=True),
    "hf/dinov2-registers": hugging_face("Dinov2WithRegistersForImageClassification"),
    "hf/dinov2-registers-model": hugging_face("Dinov2WithRegistersModel", num_register_tokens=3),
    "hf/siglip": hugging_face("SiglipForImageClassification"),
    "hf/siglip-vision": hugging_face("SiglipVisionModel"),
    "hf/siglip-full": hugging_face("SiglipModel"),
    "hf/clip": hugging_face("CLIPForImageClassification"),
    "hf/clip-vision": hugging_face("CLIPVisionModel"),
    "hf/clip-projection": hugging_face("CLIPVisionModelWithProjection"),
    "hf/clip-full": hugging_face("CLIPModel"),
    "hf/clip-gelu": hugging_face("CLIPVisionModel", hidden_act="gelu", layer_norm_eps=1e-4),
    "hf/beit": hugging_face("BeitForImageClassification", use_relative_position_bias=True),
    "hf/beit-shared": hugging_face(
        "BeitModel", use_shared_relative_position_bias=True, use_absolute_position_embeddings=True
    ),
    "hf/beit-token": hugging_face(
        "BeitForImageClassification", use_relative_position_bias=True, use_mean_pooling=False
    ),
    "hf/swin": hugging_face("SwinForImageClassification"),
    "hf/swin-model": hugging_face("SwinModel", size=64),
}  # fmt: skip


def timm_checkpoint(name, size=32, form="hub", nest=None, prefix="", **settings):
    """A folder as `save_for_hf` writes it, or a file of `torch.save` with the config beside it."""

    def write(folder):

        import safetensors.torch
        import timm

        torch.manual_seed(3)
        model = shaken(
            timm.create_model(name, pretrained=False, num_classes=CLASSES, img_size=size, **settings)
        )
        hub = os.path.join(folder, "hub") if form == "hub" else folder
        os.makedirs(hub, exist_ok=True)
        half = [0.5, 0.5, 0.5]
        arguments = dict(img_size=size, **settings)
        if settings.get("class_token") is False:
            arguments["class_token"] = False
        config = dict(
            architecture=name, num_classes=model.num_classes, num_features=model.num_features,
            global_pool=getattr(model, "global_pool", "avg") or "",
            model_args={key: value for key, value in arguments.items() if key != "num_classes"},
            pretrained_cfg=dict(tag="test", custom_load=False, input_size=[3, size, size], fixed_input_size=True,
                                interpolation="bicubic", crop_pct=0.9, crop_mode="center", mean=half, std=half,
                                num_classes=CLASSES, pool_size=None, first_conv="patch_embed.proj",
                                classifier="head"),
        )  # fmt: skip
        if "num_classes" in settings:
            config["num_classes"] = settings["num_classes"]
        with open(os.path.join(hub, "config.json"), "w") as file:
            json.dump(config, file)
        state = {prefix + key: value for key, value in model.state_dict().items()}
        if form == "hub":
            safetensors.torch.save_file(
                {key: value.contiguous() for key, value in state.items()},
                os.path.join(hub, "model.safetensors"),
            )
        else:
            for part in reversed(nest or []):
                state = {part: state, "epoch": 3, "metric": torch.tensor(0.5)}
            torch.save(state, os.path.join(hub, "model." + form.split("-")[0]),
                       _use_new_zipfile_serialization="legacy" not in form)  # fmt: skip
        images = images_for(size, 3)
        return images, torch_answers(model, images)


_SMALL = dict(embed_dim=32, depth=2, num_heads=4)
FILES |= {
    "checkpoint/vit-tiny": timm_checkpoint("vit_tiny_patch16_224", depth=3),
    "checkpoint/vit-64": timm_checkpoint("vit_small_patch16_224", size=64, depth=2),
    "checkpoint/deit-distilled": timm_checkpoint("deit_tiny_distilled_patch16_224", depth=2),
    "checkpoint/deit3": timm_checkpoint("deit3_small_patch16_224", depth=2),
    "checkpoint/dinov2": timm_checkpoint("vit_small_patch14_dinov2", size=56, depth=2),
    "checkpoint/dinov2-reg4": timm_checkpoint("vit_small_patch14_reg4_dinov2", size=56, depth=2),
    "checkpoint/dinov2-giant": timm_checkpoint("vit_giant_patch14_dinov2", size=28, **_SMALL),
    "checkpoint/siglip": timm_checkpoint("vit_base_patch16_siglip_224", **_SMALL),
    "checkpoint/siglip-tanh": timm_checkpoint("vit_so400m_patch16_siglip_256", **_SMALL),
    "checkpoint/siglip-gap": timm_checkpoint("vit_base_patch16_siglip_gap_224", **_SMALL),
    "checkpoint/clip": timm_checkpoint("vit_base_patch32_clip_224", size=64, **_SMALL),
    "checkpoint/clip-quickgelu": timm_checkpoint("vit_base_patch16_clip_quickgelu_224", **_SMALL),
    "checkpoint/rpn": timm_checkpoint("vit_base_patch16_rpn_224", **_SMALL),
    "checkpoint/map": timm_checkpoint("vit_so150m_patch16_reg4_map_256", **_SMALL),
    "checkpoint/gap": timm_checkpoint("vit_medium_patch16_gap_256", **_SMALL),
    "checkpoint/reg4-gap": timm_checkpoint("vit_medium_patch16_reg4_gap_256", **_SMALL),
    "checkpoint/qk-norm": timm_checkpoint("vit_tiny_patch16_224", qk_norm=True, **_SMALL),
    "checkpoint/silu": timm_checkpoint("vit_tiny_patch16_224", act_layer="silu", **_SMALL),
    "checkpoint/gelu-tanh": timm_checkpoint("vit_tiny_patch16_224", act_layer="gelu_tanh", **_SMALL),
    "checkpoint/flexivit": timm_checkpoint("flexivit_small", depth=2),
    "checkpoint/eva-large": timm_checkpoint("eva_large_patch14_196", size=28, **_SMALL),
    "checkpoint/beit": timm_checkpoint("beit_base_patch16_224", **_SMALL),
    "checkpoint/beitv2": timm_checkpoint("beitv2_base_patch16_224", size=64, **_SMALL),
    "checkpoint/swin": timm_checkpoint("swin_tiny_patch4_window7_224", size=56, depths=(2, 2), num_heads=(2, 4),
                                       embed_dim=32),
    "checkpoint/swin-224": timm_checkpoint("swin_tiny_patch4_window7_224", size=224, depths=(2, 2, 2, 2)),
    "checkpoint/pth": timm_checkpoint("vit_tiny_patch16_224", form="pth", depth=2),
    "checkpoint/pth-legacy": timm_checkpoint("vit_tiny_patch16_224", form="pth-legacy", depth=2),
    "checkpoint/pt-model": timm_checkpoint("vit_tiny_patch16_224", form="pt", nest=["model"], depth=2),
    "checkpoint/pth-ema-module": timm_checkpoint(
        "deit3_small_patch16_224", form="pth", nest=["state_dict"], prefix="module.", depth=2),
    "checkpoint/bin-legacy": timm_checkpoint("beit_base_patch16_224", form="bin-legacy", **_SMALL),
}  # fmt: skip
FILES["hf/dinov2-other-size"] = hugging_face("Dinov2Model", image_size=56, size=32)
FILES["hf/dinov2-registers-other-size"] = hugging_face("Dinov2WithRegistersModel", image_size=56, size=96)
