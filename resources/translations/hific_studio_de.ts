<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Charts</name>
    <message>
        <source>Curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per pixel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Choosing</name>
    <message>
        <source>Low</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Medium</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>High</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Custom quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Target size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regime</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality, from 0 to 1000</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest size of a file in kilobytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} cannot do this: it has one rate.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Nothing was copied that is a picture or a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model {} is one of yours now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space, held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slider to the left, the middle, the right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift and arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The original and its reconstruction; hold Space to see the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference × {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality as a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Realism</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gain of the difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} at our bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has one rate: choose another regime or model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without the original the picture cannot be compressed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has no realism control.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropArea</name>
    <message>
        <source>Drop photos here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They become .hfc files, far smaller than JPEG.
A .hfc file opens beside its original.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Try the sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A generative codec invents texture.
Do not use it for medical pictures, documents or evidence.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobDelegate</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobTable</name>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bpp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MS-SSIM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed: {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Above 0 the decoder invents texture that looks real but was not there.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Delete {} from your own models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is not one of your own models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the networks run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open pictures and .hfc files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save .hfc as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the shown .hfc file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the reconstruction as a picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output &amp;folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where .hfc files go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compress the copied picture or files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Retry all failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try every failed picture again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop what waits and what runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;lear finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the queue of what is done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pr&amp;eferences…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outputs, language and colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between the two</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quality from 0 to 1000</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No file larger than so many kilobytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Import model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy a model&apos;s file to your own models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Remove model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Own models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show models &amp;folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where your own models lie</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get &amp;published models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where to get the published models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Properties…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fingerprint and licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A pixel for a pixel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full &amp;screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing but the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the numbers and sliders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Way to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy numbers as &amp;text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of the readout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy numbers as CS&amp;V</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For a table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Training panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model of your own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Resume the last run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on where it was stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open runs &amp;folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints, samples and logs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All keys of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;log folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy system info</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions and device, for a report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save .hfc</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> Regime </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> Model </source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In this folder:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the folders of a dropped folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for example -small</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number the new one: photo (2).hfc</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Skip the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the .hfc file, never the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out EXIF and XMP, which may tell where and by whom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure PSNR and MS-SSIM of every file in the queue (slower)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outputs go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Suffix of names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name that is &amp;taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another language is spoken from the next start on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The suffix must be a part of a file&apos;s name, without any of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the folder for the outputs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for .hfc files</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Cancel all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the queue of what is done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Queueing</name>
    <message>
        <source>skipped: {} is there already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured: {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Readout</name>
    <message>
        <source>Bits per pixel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raw pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Realism</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MS-SSIM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LPIPS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get the LPIPS weights (233 MB)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} bpp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} of {}, {} × smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>latents {}, hyperlatents {}, metadata {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} × smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>quality {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>decode {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>encode {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fetching the weights…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrainPanel</name>
    <message>
        <source>Folder of pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Realism</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps for realism</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>few: it will learn these by heart, start from a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model {} is ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} {} / {} · {} bpp · {} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On two processor cores about {} and {} GB of memory; a GPU is some fifty times faster.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of pictures first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Open pictures and .hfc files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for .hfc files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models (*.safetensors *.pt *.ckpt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the model {}? Files that it made cannot be opened without it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints of the published models are at Zenodo, record 4026003. Download what you need there and import it with Model &gt; Import model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures are still being worked on. Stop them and close?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training goes on in the background and is found again at the next start. Close the window?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Family: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regimes (quality): {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate: any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate: one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Realism control: yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Realism control: no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fingerprint: {}, generator {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not stated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;HiFiC Studio&lt;/b&gt; compresses photographs with a neural codec after “High-Fidelity Generative Image Compression” (Mentzer et al. 2020).&lt;br&gt;&lt;br&gt;A generative codec invents texture. Do not use it for medical pictures, documents or evidence.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>stage</name>
    <message>
        <source>reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>encoding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>decoding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>painting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>writing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>searching</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>downloading</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
