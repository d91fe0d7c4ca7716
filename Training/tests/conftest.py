import pytest
import torch
from timm.models.vision_transformer import VisionTransformer

SMALL = dict(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=2, num_classes=3)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    torch.manual_seed(1)


@pytest.fixture
def small_vit():
    """Makes a small plain ViT in eval mode; arguments are timm's."""

    def make(**arguments):
        model = VisionTransformer(**{**SMALL, **arguments})
        # timm's biases and norms begin at zeros and ones, which would hide what is left out.
        for parameter in model.parameters():
            parameter.data += 0.05 * torch.randn_like(parameter)
        return model.eval()

    return make
