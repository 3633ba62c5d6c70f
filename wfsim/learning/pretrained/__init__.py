"""Small pretrained weights shipped with wfsim, and the script that made them."""
