"""Radio: what a link loses, how it fades, how many bits it carries and how devices share the band."""
