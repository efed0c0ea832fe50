"""Alibaba Cloud OSS, as far as it stands behind result links: presigned links, downloads, errors.

Pure functions, without HTTP; nothing here knows of tasks or sandboxes.
"""
