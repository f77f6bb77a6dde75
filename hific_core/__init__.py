"""HiFiC Studio's codec: photographs to `.hfc` files and back.

Four rooms, one per border that the data crosses; `codec.py` is the corridor between them:

                pixels/              models/               entropy/              container/
    image file --------> uint8 pixels -------> latents y, z --------> symbols, bitstream --------> .hfc   encode ->
               <--------              <-------               <--------                   <--------        <- decode
"""

__version__ = "0.1.0"
