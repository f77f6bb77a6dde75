<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Charts</name>
    <message>
        <source>Curve</source>
        <translation>Kurve</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Bits per pixel</source>
        <translation>Bit je Pixel</translation>
    </message>
    <message>
        <source>PSNR (validation)</source>
        <translation>PSNR (Validierung)</translation>
    </message>
    <message>
        <source>LPIPS</source>
        <translation>LPIPS</translation>
    </message>
    <message>
        <source>LPIPS (validation)</source>
        <translation>LPIPS (Validierung)</translation>
    </message>
    <message>
        <source>Discriminator, originals</source>
        <translation>Diskriminator, Originale</translation>
    </message>
    <message>
        <source>Discriminator, reconstructions</source>
        <translation>Diskriminator, Rekonstruktionen</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>Glättung</translation>
    </message>
    <message>
        <source>How much of what was before is kept in the thick curve</source>
        <translation>Wie viel vom Bisherigen die dicke Kurve behält</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>Logarithmisch</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>Realismus</translation>
    </message>
</context>
<context>
    <name>Choosing</name>
    <message>
        <source>Low</source>
        <translation>Niedrig</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>Custom quality</source>
        <translation>Eigene Qualität</translation>
    </message>
    <message>
        <source>Target size</source>
        <translation>Zielgröße</translation>
    </message>
    <message>
        <source>Regime</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Quality, from 0 to 1000</source>
        <translation>Qualität von 0 bis 1000</translation>
    </message>
    <message>
        <source>Largest size of a file in kilobytes</source>
        <translation>Höchste Größe einer Datei in Kilobyte</translation>
    </message>
    <message>
        <source>{} cannot do this: it has one rate.</source>
        <translation>{} kann das nicht: Es hat nur eine Rate.</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>What was copied could not be kept in {}.</source>
        <translation>Was kopiert wurde, konnte nicht in {} abgelegt werden.</translation>
    </message>
    <message>
        <source>Nothing was copied that is a picture or a file.</source>
        <translation>In der Zwischenablage ist weder ein Bild noch eine Datei.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>{} is the original; choose another name for the export.</source>
        <translation>{} ist das Original; wählen Sie einen anderen Namen für den Export.</translation>
    </message>
    <message>
        <source>Exported</source>
        <translation>Exportiert</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>The model {} is one of yours now</source>
        <translation>Das Modell {} gehört jetzt zu Ihren eigenen</translation>
    </message>
    <message>
        <source>{} holds no colour profile of a screen; choose the .icc or .icm file of yours.</source>
        <translation>{} enthält kein Farbprofil eines Bildschirms; wählen Sie die .icc- oder .icm-Datei des Ihren.</translation>
    </message>
    <message>
        <source>The device that was chosen is gone; another is chosen automatically.</source>
        <translation>Das gewählte Gerät ist nicht mehr da; ein anderes wird automatisch gewählt.</translation>
    </message>
    <message>
        <source>There is no run that could go on.</source>
        <translation>Es gibt kein Training, das fortgesetzt werden könnte.</translation>
    </message>
    <message>
        <source>In the picture</source>
        <translation>Im Bild</translation>
    </message>
    <message>
        <source>See the original</source>
        <translation>Das Original zeigen</translation>
    </message>
    <message>
        <source>Space, held</source>
        <translation>Leertaste, gehalten</translation>
    </message>
    <message>
        <source>Slider to the left, the middle, the right</source>
        <translation>Schieber nach links, in die Mitte, nach rechts</translation>
    </message>
    <message>
        <source>Move the picture</source>
        <translation>Das Bild verschieben</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>Pfeiltasten</translation>
    </message>
    <message>
        <source>Move the slider</source>
        <translation>Den Schieber verschieben</translation>
    </message>
    <message>
        <source>Shift and arrow keys</source>
        <translation>Umschalt und Pfeiltasten</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>The original and its reconstruction; hold Space to see the original</source>
        <translation>Das Original und seine Rekonstruktion; die Leertaste gehalten zeigt das Original</translation>
    </message>
    <message>
        <source>Difference × {}</source>
        <translation>Differenz × {}</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Quality as a number</source>
        <translation>Qualität als Zahl</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>Realismus</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>Schieber</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Gain of the difference</source>
        <translation>Verstärkung der Differenz</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>{} at our bytes</source>
        <translation>{} bei gleicher Größe</translation>
    </message>
    <message>
        <source>Other side</source>
        <translation>Andere Seite</translation>
    </message>
    <message>
        <source>Find the original…</source>
        <translation>Original suchen…</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>Verstärkung</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>Daneben</translation>
    </message>
    <message>
        <source>{} has one rate: choose another regime or model.</source>
        <translation>{} hat nur eine Rate: Wählen Sie eine andere Stufe oder ein anderes Modell.</translation>
    </message>
    <message>
        <source>Without the original the picture cannot be compressed again.</source>
        <translation>Ohne das Original kann das Bild nicht neu komprimiert werden.</translation>
    </message>
    <message>
        <source>{} has no realism control.</source>
        <translation>{} hat keinen Realismusregler.</translation>
    </message>
</context>
<context>
    <name>DropArea</name>
    <message>
        <source>Drop photos here</source>
        <translation>Fotos hier ablegen</translation>
    </message>
    <message>
        <source>They become .hfc files, far smaller than JPEG.
A .hfc file opens beside its original.</source>
        <translation>Sie werden zu .hfc-Dateien, weit kleiner als JPEG.
Eine .hfc-Datei öffnet sich neben ihrem Original.</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>&amp;Try the sample</source>
        <translation>&amp;Beispiel ansehen</translation>
    </message>
    <message>
        <source>Last opened</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
</context>
<context>
    <name>JobDelegate</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
</context>
<context>
    <name>JobTable</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Ersparnis</translation>
    </message>
    <message>
        <source>bpp</source>
        <translation>bpp</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>MS-SSIM</source>
        <translation>MS-SSIM</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 Datei</translation>
    </message>
    <message>
        <source>{} files</source>
        <translation>{} Dateien</translation>
    </message>
    <message>
        <source>{} to do</source>
        <translation>{} offen</translation>
    </message>
    <message>
        <source>{} left</source>
        <translation>noch {}</translation>
    </message>
    <message>
        <source>{} failed</source>
        <translation>{} fehlgeschlagen</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>beginnt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>failed: {}</source>
        <translation>fehlgeschlagen: {}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>This picture</source>
        <translation>Dieses Bild</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>{} is damaged. What is whole can still be shown, the rest will be grey.</source>
        <translation>{} ist beschädigt. Was heil ist, kann noch gezeigt werden, der Rest wird grau.</translation>
    </message>
    <message>
        <source>Show what can be saved</source>
        <translation>Zeigen, was zu retten ist</translation>
    </message>
    <message>
        <source>Above 0 the decoder invents texture that looks real but was not there.</source>
        <translation>Über 0 erfindet der Decoder Textur, die echt aussieht, aber nicht da war.</translation>
    </message>
    <message>
        <source>A generative codec invents texture: not for medical pictures, documents or evidence.</source>
        <translation>Ein generativer Codec erfindet Textur: nicht für medizinische Bilder, Dokumente oder Beweismittel.</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Delete {} from your own models</source>
        <translation>{} aus Ihren eigenen Modellen löschen</translation>
    </message>
    <message>
        <source>{} is not one of your own models</source>
        <translation>{} ist keines Ihrer eigenen Modelle</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Where the networks run</source>
        <translation>Wo die Netze laufen</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open pictures and .hfc files</source>
        <translation>Bilder und .hfc-Dateien öffnen</translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Save .hfc as…</source>
        <translation>.hfc &amp;speichern unter…</translation>
    </message>
    <message>
        <source>Save the shown .hfc file</source>
        <translation>Die gezeigte .hfc-Datei speichern</translation>
    </message>
    <message>
        <source>&amp;Export picture…</source>
        <translation>Bild &amp;exportieren…</translation>
    </message>
    <message>
        <source>Save the reconstruction as a picture</source>
        <translation>Die Rekonstruktion als Bild speichern</translation>
    </message>
    <message>
        <source>Output &amp;folder…</source>
        <translation>&amp;Ausgabeordner…</translation>
    </message>
    <message>
        <source>Where .hfc files go</source>
        <translation>Wohin .hfc-Dateien kommen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>Das Fenster schließen</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation>Bild &amp;einfügen</translation>
    </message>
    <message>
        <source>Compress the copied picture or files</source>
        <translation>Das kopierte Bild oder die kopierten Dateien komprimieren</translation>
    </message>
    <message>
        <source>&amp;Retry all failed</source>
        <translation>Fehlgeschlagene e&amp;rneut versuchen</translation>
    </message>
    <message>
        <source>Try every failed picture again</source>
        <translation>Jedes fehlgeschlagene Bild noch einmal versuchen</translation>
    </message>
    <message>
        <source>&amp;Cancel all</source>
        <translation>&amp;Alles abbrechen</translation>
    </message>
    <message>
        <source>Stop what waits and what runs</source>
        <translation>Anhalten, was wartet und was läuft</translation>
    </message>
    <message>
        <source>C&amp;lear finished</source>
        <translation>&amp;Fertige entfernen</translation>
    </message>
    <message>
        <source>Empty the queue of what is done</source>
        <translation>Die Warteschlange von Erledigtem leeren</translation>
    </message>
    <message>
        <source>Pr&amp;eferences…</source>
        <translation>E&amp;instellungen…</translation>
    </message>
    <message>
        <source>Outputs, language and colours</source>
        <translation>Ausgaben, Sprache und Farben</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>Smallest files</source>
        <translation>Kleinste Dateien</translation>
    </message>
    <message>
        <source>Between the two</source>
        <translation>Dazwischen</translation>
    </message>
    <message>
        <source>Best quality</source>
        <translation>Beste Qualität</translation>
    </message>
    <message>
        <source>A quality from 0 to 1000</source>
        <translation>Eine Qualität von 0 bis 1000</translation>
    </message>
    <message>
        <source>No file larger than so many kilobytes</source>
        <translation>Keine Datei größer als so viele Kilobyte</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>&amp;Gerät</translation>
    </message>
    <message>
        <source>&amp;Import model…</source>
        <translation>Modell &amp;importieren…</translation>
    </message>
    <message>
        <source>Copy a model&apos;s file to your own models</source>
        <translation>Eine Modelldatei zu Ihren eigenen Modellen kopieren</translation>
    </message>
    <message>
        <source>&amp;Remove model…</source>
        <translation>Modell ent&amp;fernen…</translation>
    </message>
    <message>
        <source>Own models</source>
        <translation>Eigene Modelle</translation>
    </message>
    <message>
        <source>Show models &amp;folder</source>
        <translation>Modell&amp;ordner zeigen</translation>
    </message>
    <message>
        <source>Where your own models lie</source>
        <translation>Wo Ihre eigenen Modelle liegen</translation>
    </message>
    <message>
        <source>&amp;Get published models…</source>
        <translation>&amp;Veröffentlichte Modelle…</translation>
    </message>
    <message>
        <source>Where to get the published models</source>
        <translation>Woher man die veröffentlichten Modelle bekommt</translation>
    </message>
    <message>
        <source>&amp;Properties…</source>
        <translation>&amp;Eigenschaften…</translation>
    </message>
    <message>
        <source>Fingerprint and licence</source>
        <translation>Fingerabdruck und Lizenz</translation>
    </message>
    <message>
        <source>&amp;Off</source>
        <translation>&amp;Aus</translation>
    </message>
    <message>
        <source>As fast as possible</source>
        <translation>So schnell wie möglich</translation>
    </message>
    <message>
        <source>Take &amp;longer</source>
        <translation>&amp;Länger arbeiten</translation>
    </message>
    <message>
        <source>&amp;Smaller files</source>
        <translation>&amp;Kleinere Dateien</translation>
    </message>
    <message>
        <source>Most of the bytes that there are to gain</source>
        <translation>Spart die meisten Bytes, die zu sparen sind</translation>
    </message>
    <message>
        <source>All the bytes that there are to gain</source>
        <translation>Spart alle Bytes, die zu sparen sind</translation>
    </message>
    <message>
        <source>As large as without, with more of what the eye looks for</source>
        <translation>So groß wie sonst, mit mehr von dem, worauf das Auge achtet</translation>
    </message>
    <message>
        <source>Most of what there is to gain for the eye</source>
        <translation>Das meiste, was fürs Auge zu gewinnen ist</translation>
    </message>
    <message>
        <source>Smaller files, t&amp;hree times as long</source>
        <translation>Kleinere Dateien, d&amp;reimal so lange</translation>
    </message>
    <message>
        <source>&amp;Truer to the eye</source>
        <translation>Fürs Auge &amp;treuer</translation>
    </message>
    <message>
        <source>Truer to the eye, three times as lon&amp;g</source>
        <translation>Fürs Auge treuer, dreimal so lan&amp;ge</translation>
    </message>
    <message>
        <source>All that there is to gain for the eye</source>
        <translation>Alles, was fürs Auge zu gewinnen ist</translation>
    </message>
    <message>
        <source>Truer to the eye, te&amp;n times as long</source>
        <translation>Fürs Auge treuer, &amp;zehnmal so lange</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>The whole picture</source>
        <translation>Das ganze Bild</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>A pixel for a pixel</source>
        <translation>Ein Pixel für ein Pixel</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>Größer</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>Kleiner</translation>
    </message>
    <message>
        <source>Full &amp;screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>Nothing but the window</source>
        <translation>Nichts als das Fenster</translation>
    </message>
    <message>
        <source>&amp;Loupe</source>
        <translation>&amp;Lupe</translation>
    </message>
    <message>
        <source>Magnify both sides under the cursor</source>
        <translation>Beide Seiten unter dem Zeiger vergrößern</translation>
    </message>
    <message>
        <source>S&amp;creen&apos;s colours</source>
        <translation>Farben des &amp;Bildschirms</translation>
    </message>
    <message>
        <source>As the system says</source>
        <translation>Wie das System es sagt</translation>
    </message>
    <message>
        <source>The profile of the system</source>
        <translation>Das Profil des Systems</translation>
    </message>
    <message>
        <source>A profile of your own</source>
        <translation>Ein eigenes Profil</translation>
    </message>
    <message>
        <source>&amp;From a file…</source>
        <translation>Aus einer &amp;Datei…</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>Er&amp;scheinung</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation>Farben des Fensters</translation>
    </message>
    <message>
        <source>Show or hide the queue</source>
        <translation>Die Warteschlange zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Show or hide the numbers and sliders</source>
        <translation>Zahlen und Regler zeigen oder verbergen</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleich</translation>
    </message>
    <message>
        <source>Way to compare</source>
        <translation>Art des Vergleichs</translation>
    </message>
    <message>
        <source>Copy numbers as &amp;text</source>
        <translation>Zahlen als &amp;Text kopieren</translation>
    </message>
    <message>
        <source>All of the readout</source>
        <translation>Die ganze Anzeige</translation>
    </message>
    <message>
        <source>Copy numbers as CS&amp;V</source>
        <translation>Zahlen als &amp;CSV kopieren</translation>
    </message>
    <message>
        <source>For a table</source>
        <translation>Für eine Tabelle</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>&amp;Training</translation>
    </message>
    <message>
        <source>&amp;Training panel</source>
        <translation>&amp;Trainingsbereich</translation>
    </message>
    <message>
        <source>A model of your own</source>
        <translation>Ein eigenes Modell</translation>
    </message>
    <message>
        <source>&amp;Resume the last run</source>
        <translation>Das letzte Training &amp;fortsetzen</translation>
    </message>
    <message>
        <source>Go on where it was stopped</source>
        <translation>Weitermachen, wo es angehalten wurde</translation>
    </message>
    <message>
        <source>Open runs &amp;folder</source>
        <translation>&amp;Ordner der Trainings öffnen</translation>
    </message>
    <message>
        <source>Checkpoints, samples and logs</source>
        <translation>Zwischenstände, Beispiele und Protokolle</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>All keys of the window</source>
        <translation>Alle Tasten des Fensters</translation>
    </message>
    <message>
        <source>Open &amp;log folder</source>
        <translation>&amp;Protokollordner öffnen</translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation>Was schiefging</translation>
    </message>
    <message>
        <source>&amp;Copy system info</source>
        <translation>&amp;Systemangaben kopieren</translation>
    </message>
    <message>
        <source>Versions and device, for a report</source>
        <translation>Versionen und Gerät, für einen Bericht</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>&amp;Über</translation>
    </message>
    <message>
        <source>What this is</source>
        <translation>Was das ist</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Save .hfc</source>
        <translation>.hfc speichern</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source> Regime </source>
        <translation> Stufe </translation>
    </message>
    <message>
        <source> Model </source>
        <translation> Modell </translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Understood</source>
        <translation>Verstanden</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Beside the original</source>
        <translation>Neben das Original</translation>
    </message>
    <message>
        <source>In this folder:</source>
        <translation>In diesen Ordner:</translation>
    </message>
    <message>
        <source>Output folder</source>
        <translation>Ausgabeordner</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Keep the folders of a dropped folder</source>
        <translation>Unterordner eines abgelegten Ordners beibehalten</translation>
    </message>
    <message>
        <source>for example -small</source>
        <translation>zum Beispiel -klein</translation>
    </message>
    <message>
        <source>Number the new one: photo (2).hfc</source>
        <translation>Die neue Datei nummerieren: foto (2).hfc</translation>
    </message>
    <message>
        <source>Skip the picture</source>
        <translation>Das Bild überspringen</translation>
    </message>
    <message>
        <source>Replace the .hfc file, never the original</source>
        <translation>Die .hfc-Datei ersetzen, nie das Original</translation>
    </message>
    <message>
        <source>Leave out EXIF and XMP, which may tell where and by whom</source>
        <translation>EXIF und XMP weglassen, die Ort und Urheber verraten können</translation>
    </message>
    <message>
        <source>Measure PSNR and MS-SSIM of every file in the queue (slower)</source>
        <translation>PSNR und MS-SSIM jeder Datei der Warteschlange messen (langsamer)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Outputs go</source>
        <translation>Ausgaben kommen</translation>
    </message>
    <message>
        <source>&amp;Suffix of names</source>
        <translation>&amp;Zusatz zum Namen</translation>
    </message>
    <message>
        <source>A name that is &amp;taken</source>
        <translation>&amp;Vergebene Namen</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Another language is spoken from the next start on.</source>
        <translation>Eine andere Sprache gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>The suffix must be a part of a file&apos;s name, without any of {}</source>
        <translation>Der Zusatz muss Teil eines Dateinamens sein, ohne {}</translation>
    </message>
    <message>
        <source>Choose the folder for the outputs.</source>
        <translation>Wählen Sie den Ordner für die Ausgaben.</translation>
    </message>
    <message>
        <source>Give the whole path of the folder, or choose it with Browse.</source>
        <translation>Geben Sie den ganzen Pfad des Ordners an, oder suchen Sie ihn mit „Wählen…“ aus.</translation>
    </message>
    <message>
        <source>Folder for .hfc files</source>
        <translation>Ordner für .hfc-Dateien</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Cancel all</source>
        <translation>Alles abbrechen</translation>
    </message>
    <message>
        <source>Try all failed again</source>
        <translation>Alle fehlgeschlagenen erneut versuchen</translation>
    </message>
    <message>
        <source>Empty the queue of what is done</source>
        <translation>Die Warteschlange von Erledigtem leeren</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation>Nichts wartet</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Details…</source>
        <translation>Einzelheiten…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>Pfad kopieren</translation>
    </message>
</context>
<context>
    <name>Queueing</name>
    <message>
        <source>skipped: {} is there already</source>
        <translation>übersprungen: {} ist schon da</translation>
    </message>
    <message>
        <source>not measured: {}</source>
        <translation>nicht gemessen: {}</translation>
    </message>
</context>
<context>
    <name>Readout</name>
    <message>
        <source>Bits per pixel</source>
        <translation>Bit je Pixel</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Raw pixels</source>
        <translation>Rohe Pixel</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>Realismus</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>MS-SSIM</source>
        <translation>MS-SSIM</translation>
    </message>
    <message>
        <source>LPIPS</source>
        <translation>LPIPS</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>Daneben</translation>
    </message>
    <message>
        <source>Get the LPIPS weights (233 MB)</source>
        <translation>LPIPS-Gewichte holen (233 MB)</translation>
    </message>
    <message>
        <source>{} bpp</source>
        <translation>{} bpp</translation>
    </message>
    <message>
        <source>{} of {}, {} × smaller</source>
        <translation>{} von {}, {} × kleiner</translation>
    </message>
    <message>
        <source>latents {}, hyperlatents {}, metadata {}</source>
        <translation>Latente {}, Hyperlatente {}, Metadaten {}</translation>
    </message>
    <message>
        <source>{} × smaller</source>
        <translation>{} × kleiner</translation>
    </message>
    <message>
        <source>quality {}</source>
        <translation>Qualität {}</translation>
    </message>
    <message>
        <source>decode {}</source>
        <translation>Decodieren {}</translation>
    </message>
    <message>
        <source>encode {}</source>
        <translation>Codieren {}</translation>
    </message>
    <message>
        <source>fetching the weights…</source>
        <translation>Gewichte werden geholt…</translation>
    </message>
</context>
<context>
    <name>Samples</name>
    <message>
        <source>No samples yet</source>
        <translation>Noch keine Beispiele</translation>
    </message>
    <message>
        <source>The original, then its reconstructions from left to right</source>
        <translation>Das Original, dann seine Rekonstruktionen von links nach rechts</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Another picture of this step</source>
        <translation>Ein anderes Bild dieses Schritts</translation>
    </message>
    <message>
        <source>Earlier step</source>
        <translation>Früherer Schritt</translation>
    </message>
    <message>
        <source>Later step</source>
        <translation>Späterer Schritt</translation>
    </message>
    <message>
        <source>Step {}, picture {} of {}</source>
        <translation>Schritt {}, Bild {} von {}</translation>
    </message>
    <message>
        <source>Realism, step {}, picture {} of {}</source>
        <translation>Realismus, Schritt {}, Bild {} von {}</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
</context>
<context>
    <name>TrainForm</name>
    <message>
        <source>Folder of pictures</source>
        <translation>Ordner mit Bildern</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Lite, any rate</source>
        <translation>Lite, jede Rate</translation>
    </message>
    <message>
        <source>HiFiC, one rate</source>
        <translation>HiFiC, eine Rate</translation>
    </message>
    <message>
        <source>Studio, any rate</source>
        <translation>Studio, jede Rate</translation>
    </message>
    <message>
        <source>Studio is the recipe of the shipped model; its steps take several times as long as those of Lite.</source>
        <translation>Studio ist das Rezept des mitgelieferten Modells; seine Schritte dauern mehrmals so lange wie die von Lite.</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Niedrig</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>Regime</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Both, one after the other</source>
        <translation>Beide nacheinander</translation>
    </message>
    <message>
        <source>Rate and distortion</source>
        <translation>Rate und Verzerrung</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>Realismus</translation>
    </message>
    <message>
        <source>the preset&apos;s</source>
        <translation>die der Vorgabe</translation>
    </message>
    <message>
        <source>Training needs the weights of LPIPS, which are not here yet: 233 MB, fetched once.</source>
        <translation>Das Training braucht die Gewichte von LPIPS, die noch fehlen: 233 MB, einmal zu holen.</translation>
    </message>
    <message>
        <source>Get them</source>
        <translation>Holen</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>Beginnen mit</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>Abschnitt</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Steps for realism</source>
        <translation>Realismusschritte</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Ausschnitt</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>1 picture</source>
        <translation>1 Bild</translation>
    </message>
    <message>
        <source>{} pictures</source>
        <translation>{} Bilder</translation>
    </message>
    <message>
        <source>few: it will learn these by heart, start from a model</source>
        <translation>wenige: Es lernt sie auswendig, beginnen Sie mit einem Modell</translation>
    </message>
    <message>
        <source>Fetching…</source>
        <translation>Wird geholt…</translation>
    </message>
    <message>
        <source>Choose a folder of pictures.</source>
        <translation>Wählen Sie einen Ordner mit Bildern.</translation>
    </message>
    <message>
        <source>There are no pictures in {}; choose another folder.</source>
        <translation>In {} sind keine Bilder; wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Give the run a name of 1 to {} letters that does not begin with a dot.</source>
        <translation>Geben Sie dem Training einen Namen mit 1 bis {} Zeichen, der nicht mit einem Punkt beginnt.</translation>
    </message>
    <message>
        <source>The name must be one of a folder, without any of {}</source>
        <translation>Der Name muss der eines Ordners sein können, ohne {}</translation>
    </message>
    <message>
        <source>There is a run or a model called {} already; choose another name.</source>
        <translation>Ein Training oder Modell namens {} gibt es schon; wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>{} is of the family {}: choose that preset.</source>
        <translation>{} gehört zur Familie {}: Wählen Sie diese Vorgabe.</translation>
    </message>
    <message>
        <source>Realism alone needs a model to start from.</source>
        <translation>Realismus allein braucht ein Modell, mit dem er beginnt.</translation>
    </message>
    <message>
        <source>This preset needs crops of at least {} pixels.</source>
        <translation>Diese Vorgabe braucht Ausschnitte von mindestens {} Pixeln.</translation>
    </message>
    <message>
        <source>The weights of LPIPS must be fetched first.</source>
        <translation>Erst müssen die Gewichte von LPIPS geholt werden.</translation>
    </message>
    <message>
        <source>Roughly {} on two processor cores, far less on a GPU, and {} GB of memory.</source>
        <translation>Ungefähr {} auf zwei Prozessorkernen, weit weniger auf einer GPU, und {} GB Speicher.</translation>
    </message>
    <message>
        <source>Far less than the {} that two processor cores would take, and {} GB of the GPU&apos;s memory.</source>
        <translation>Weit weniger als die {}, die zwei Prozessorkerne brauchten, und {} GB Speicher der GPU.</translation>
    </message>
</context>
<context>
    <name>TrainPanel</name>
    <message>
        <source>No run</source>
        <translation>Kein Training</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>Ordner zeigen</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>Neues Training</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>not begun</source>
        <translation>nicht begonnen</translation>
    </message>
    <message>
        <source>Writing a checkpoint… press Stop again to end without it.</source>
        <translation>Zwischenstand wird geschrieben… Noch einmal „Anhalten“ beendet ohne ihn.</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Beginnt…</translation>
    </message>
    <message>
        <source>Paused; it goes on where it was.</source>
        <translation>Pause; es geht weiter, wo es war.</translation>
    </message>
    <message>
        <source>Stopped; it can be resumed from the earlier runs.</source>
        <translation>Angehalten; es lässt sich unter den früheren Trainings fortsetzen.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Validating at step {}, which takes some minutes…</source>
        <translation>Validierung bei Schritt {}; das dauert einige Minuten…</translation>
    </message>
    <message>
        <source>realism</source>
        <translation>Realismus</translation>
    </message>
    <message>
        <source>rate and distortion</source>
        <translation>Rate und Verzerrung</translation>
    </message>
    <message>
        <source>{}: step {} / {} · {} bpp · {} left</source>
        <translation>{}: Schritt {} / {} · {} bpp · noch {}</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell verwenden</translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>Frühere Trainings</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>The model {} is ready</source>
        <translation>Das Modell {} ist fertig</translation>
    </message>
</context>
<context>
    <name>TrainingRun</name>
    <message>
        <source>The run was ended, perhaps for want of memory: a new one with a smaller Batch or Crop needs less. This one goes on from step {}.</source>
        <translation>Das Training wurde beendet, vielleicht aus Mangel an Speicher: Ein neues mit kleinerem Stapel oder Ausschnitt braucht weniger. Dieses geht bei Schritt {} weiter.</translation>
    </message>
    <message>
        <source>The run was killed (signal 9), perhaps for want of memory: a new one with a smaller Batch or Crop needs less. This one goes on from step {}.</source>
        <translation>Das Training wurde abgebrochen (Signal 9), vielleicht aus Mangel an Speicher: Ein neues mit kleinerem Stapel oder Ausschnitt braucht weniger. Dieses geht bei Schritt {} weiter.</translation>
    </message>
    <message>
        <source>The run broke off (exit code {}). It goes on from step {}.</source>
        <translation>Das Training brach ab (Exit-Code {}). Es geht bei Schritt {} weiter.</translation>
    </message>
</context>
<context>
    <name>beside</name>
    <message>
        <source>{} × our bytes</source>
        <translation>{} × unsere Bytes</translation>
    </message>
    <message>
        <source>{} bytes</source>
        <translation>{} Bytes</translation>
    </message>
    <message>
        <source>middle {} × {}</source>
        <translation>Mitte {} × {}</translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Open pictures and .hfc files</source>
        <translation>Bilder und .hfc-Dateien öffnen</translation>
    </message>
    <message>
        <source>The original of this file</source>
        <translation>Das Original dieser Datei</translation>
    </message>
    <message>
        <source>Colour profiles (*.icc *.icm)</source>
        <translation>Farbprofile (*.icc *.icm)</translation>
    </message>
    <message>
        <source>The screen&apos;s profile</source>
        <translation>Das Profil des Bildschirms</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>{} is there already. Replace it?</source>
        <translation>{} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>Folder for .hfc files</source>
        <translation>Ordner für .hfc-Dateien</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.pt *.ckpt)</source>
        <translation>Modelle (*.safetensors *.pt *.ckpt)</translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation>Ein Modell importieren</translation>
    </message>
    <message>
        <source>Delete the model {}? Files that it made cannot be opened without it.</source>
        <translation>Das Modell {} löschen? Dateien, die es erzeugt hat, lassen sich ohne es nicht öffnen.</translation>
    </message>
    <message>
        <source>What the eye looks for is told by the LPIPS network, whose weights (233 MB) come once. Get them now?</source>
        <translation>Worauf das Auge achtet, sagt das Netz von LPIPS, dessen Gewichte (233 MB) einmal geholt werden. Jetzt holen?</translation>
    </message>
    <message>
        <source>Checkpoints of the published models are at Zenodo, record 4026003. Download what you need there and import it with Model &gt; Import model.</source>
        <translation>Die veröffentlichten Modelle liegen bei Zenodo, Eintrag 4026003. Laden Sie dort, was Sie brauchen, und importieren Sie es mit Modell &gt; Modell importieren.</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>Im Browser öffnen</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation>Protokollordner öffnen</translation>
    </message>
    <message>
        <source>and {} more</source>
        <translation>und {} weitere</translation>
    </message>
    <message>
        <source>Pictures are still being worked on. Stop them and close?</source>
        <translation>An Bildern wird noch gearbeitet. Anhalten und schließen?</translation>
    </message>
    <message>
        <source>The weights of LPIPS are still being fetched. Stop that and close?</source>
        <translation>Die Gewichte von LPIPS werden noch geholt. Das abbrechen und schließen?</translation>
    </message>
    <message>
        <source>A model is being trained. Keep that running in the background?</source>
        <translation>Ein Modell wird gerade trainiert. Soll das im Hintergrund weiterlaufen?</translation>
    </message>
    <message>
        <source>It is found again at the next start. Stopped, it writes a checkpoint and can be resumed.</source>
        <translation>Beim nächsten Start wird es wiedergefunden. Angehalten schreibt es einen Zwischenstand und lässt sich fortsetzen.</translation>
    </message>
    <message>
        <source>Keep it running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Family: {}</source>
        <translation>Familie: {}</translation>
    </message>
    <message>
        <source>Regimes (quality): {}</source>
        <translation>Stufen (Qualität): {}</translation>
    </message>
    <message>
        <source>Rate: any</source>
        <translation>Rate: jede</translation>
    </message>
    <message>
        <source>Rate: one</source>
        <translation>Rate: eine</translation>
    </message>
    <message>
        <source>Realism control: yes</source>
        <translation>Realismusregler: ja</translation>
    </message>
    <message>
        <source>Realism control: no</source>
        <translation>Realismusregler: nein</translation>
    </message>
    <message>
        <source>Fingerprint: {}, generator {}</source>
        <translation>Fingerabdruck: {}, Generator {}</translation>
    </message>
    <message>
        <source>Licence: {}</source>
        <translation>Lizenz: {}</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>&lt;b&gt;HiFiC Studio&lt;/b&gt; compresses photographs with a neural codec after “High-Fidelity Generative Image Compression” (Mentzer et al. 2020).&lt;br&gt;&lt;br&gt;A generative codec invents texture. Do not use it for medical pictures, documents or evidence.</source>
        <translation>&lt;b&gt;HiFiC Studio&lt;/b&gt; komprimiert Fotos mit einem neuronalen Codec nach „High-Fidelity Generative Image Compression“ (Mentzer et al. 2020).&lt;br&gt;&lt;br&gt;Ein generativer Codec erfindet Textur. Nicht für medizinische Bilder, Dokumente oder Beweismittel verwenden.</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>{} is a device, not a file; choose a picture.</source>
        <translation>{} ist ein Gerät und keine Datei; wählen Sie ein Bild.</translation>
    </message>
    <message>
        <source>{} does not exist; check the name and the folder.</source>
        <translation>{} gibt es nicht; prüfen Sie Namen und Ordner.</translation>
    </message>
    <message>
        <source>{} may not be read; change its permissions or copy it to a folder of yours.</source>
        <translation>{} darf nicht gelesen werden; ändern Sie die Rechte oder kopieren Sie die Datei in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>{} is a folder; choose a picture inside it.</source>
        <translation>{} ist ein Ordner; wählen Sie ein Bild darin.</translation>
    </message>
    <message>
        <source>{} cannot be opened ({}); check the disk and the name.</source>
        <translation>{} lässt sich nicht öffnen ({}); prüfen Sie Datenträger und Namen.</translation>
    </message>
    <message>
        <source>{} does not fit in memory; close other programs or scale the picture down.</source>
        <translation>{} passt nicht in den Speicher; schließen Sie andere Programme oder verkleinern Sie das Bild.</translation>
    </message>
    <message>
        <source>{} is damaged or cut off and cannot be read; get a fresh copy of it.</source>
        <translation>{} ist beschädigt oder unvollständig und nicht lesbar; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>{} is empty; get a fresh copy of it.</source>
        <translation>{} ist leer; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>{} is not a picture of a kind this program reads; convert it to PNG, TIFF or JPEG first.</source>
        <translation>{} ist kein Bild, das dieses Programm liest; wandeln Sie es zuerst in PNG, TIFF oder JPEG um.</translation>
    </message>
    <message>
        <source>{} is a camera&apos;s raw file; develop it to TIFF or JPEG first.</source>
        <translation>{} ist die Rohdatei einer Kamera; entwickeln Sie sie zuerst als TIFF oder JPEG.</translation>
    </message>
    <message>
        <source>The picture is HDR (PQ or HLG); it is kept without tone mapping and looks flat.</source>
        <translation>Das Bild ist HDR (PQ oder HLG); es bleibt ohne Anpassung der Helligkeit und wirkt flau.</translation>
    </message>
    <message>
        <source>Comments and other texts in the file are not kept.</source>
        <translation>Kommentare und andere Texte in der Datei werden nicht übernommen.</translation>
    </message>
    <message>
        <source>{} cannot be written; give it one of the suffixes {}.</source>
        <translation>{} kann nicht geschrieben werden; geben Sie eine der Endungen {} an.</translation>
    </message>
    <message>
        <source>{} cannot be written ({}); try .png, which holds pictures of any size.</source>
        <translation>{} kann nicht geschrieben werden ({}); versuchen Sie .png, das Bilder jeder Größe fasst.</translation>
    </message>
    <message>
        <source>{} changed while it was read; try again when it is whole.</source>
        <translation>{} hat sich während des Lesens geändert; versuchen Sie es noch einmal, wenn die Datei vollständig ist.</translation>
    </message>
    <message>
        <source>{} could not be read ({}); try again.</source>
        <translation>{} konnte nicht gelesen werden ({}); versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>There is something at {} already; choose another name.</source>
        <translation>Unter {} gibt es schon etwas; wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>This is not a .hfc file; choose one that HiFiC Studio has written.</source>
        <translation>Das ist keine .hfc-Datei; wählen Sie eine, die HiFiC Studio geschrieben hat.</translation>
    </message>
    <message>
        <source>The .hfc file is damaged in its {}; get a fresh copy, or try `decompress --salvage`.</source>
        <translation>Die .hfc-Datei ist beschädigt ({}); besorgen Sie eine neue Kopie, oder öffnen Sie, was davon heil ist.</translation>
    </message>
    <message>
        <source>The .hfc file is damaged in its hyperlatents, which all the rest needs; get a fresh copy.</source>
        <translation>Die .hfc-Datei ist in den Hyperlatenten beschädigt, die alles Übrige braucht; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>No partition of the .hfc file is whole: nothing can be saved of it.</source>
        <translation>Kein Teil der .hfc-Datei ist heil: Von ihr ist nichts zu retten.</translation>
    </message>
    <message>
        <source>The file needs the model with fingerprint {}, which is not installed; ask its sender for that model and name it with --model, or put it where `hific models` says.</source>
        <translation>Die Datei braucht das Modell mit dem Fingerabdruck {}, das nicht installiert ist; bitten Sie den Absender darum und holen Sie es mit Modell &gt; Modell importieren.</translation>
    </message>
    <message>
        <source>The model {} has one rate only; leave --quality out.</source>
        <translation>Das Modell {} hat nur eine Rate; lassen Sie die Qualität weg.</translation>
    </message>
    <message>
        <source>The model {} has one rate only; leave the target out.</source>
        <translation>Das Modell {} hat nur eine Rate; lassen Sie die Zielgröße weg.</translation>
    </message>
    <message>
        <source>The model {} has no regime {}; it has {}.</source>
        <translation>Das Modell {} hat keine Stufe {}; es hat {}.</translation>
    </message>
    <message>
        <source>There is no model called {}; installed are: {}.</source>
        <translation>Es gibt kein Modell namens {}; installiert sind: {}.</translation>
    </message>
    <message>
        <source>No model is installed; put a weights file into {}.</source>
        <translation>Es ist kein Modell installiert; legen Sie eine Gewichtsdatei in {}.</translation>
    </message>
    <message>
        <source>{} is not a model; choose a .safetensors file.</source>
        <translation>{} ist kein Modell; wählen Sie eine .safetensors-Datei.</translation>
    </message>
    <message>
        <source>A model called {} is installed already, at {}; remove that first.</source>
        <translation>Ein Modell namens {} ist schon installiert, unter {}; entfernen Sie zuerst dieses.</translation>
    </message>
    <message>
        <source>There is a file at {} already; rename yours and try again.</source>
        <translation>Unter {} gibt es schon eine Datei; benennen Sie Ihre um und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{} could not be removed ({}); close what uses it.</source>
        <translation>{} konnte nicht entfernt werden ({}); schließen Sie, was sie benutzt.</translation>
    </message>
    <message>
        <source>The picture cannot get as small as {} bytes with this model: its smallest file has {}; ask for more bytes or scale the picture down.</source>
        <translation>So klein wie {} Bytes wird das Bild mit diesem Modell nicht: Seine kleinste Datei hat {}; erlauben Sie mehr Bytes oder verkleinern Sie das Bild.</translation>
    </message>
    <message>
        <source>The picture cannot get as small as {} bytes with this model: its smallest file has {}, {} of them EXIF and XMP; leave those out (--strip-metadata) or ask for more bytes.</source>
        <translation>So klein wie {} Bytes wird das Bild mit diesem Modell nicht: Seine kleinste Datei hat {}, davon {} für EXIF und XMP; lassen Sie diese in den Einstellungen weg oder erlauben Sie mehr Bytes.</translation>
    </message>
    <message>
        <source>{} could not be downloaded ({}); try again later, or download it elsewhere and give the file with --from.</source>
        <translation>{} konnte nicht heruntergeladen werden ({}); versuchen Sie es später noch einmal, oder laden Sie es anderswo herunter und nennen Sie die Datei mit `hific lpips-weights --from`.</translation>
    </message>
    <message>
        <source>There is no folder {}; bring it back or name another.</source>
        <translation>Den Ordner {} gibt es nicht; stellen Sie ihn wieder her oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>There is no permission to search the folder {}; change its permissions.</source>
        <translation>Der Ordner {} darf nicht durchsucht werden; ändern Sie seine Rechte.</translation>
    </message>
    <message>
        <source>The shown file is damaged and cannot be saved again; export the picture instead.</source>
        <translation>Die gezeigte Datei ist beschädigt und kann nicht wieder gespeichert werden; exportieren Sie stattdessen das Bild.</translation>
    </message>
    <message>
        <source>Damaged and left out: {}.</source>
        <translation>Beschädigt und weggelassen: {}.</translation>
    </message>
    <message>
        <source>What follows the file&apos;s end is passed over.</source>
        <translation>Was hinter dem Ende der Datei steht, wird übergangen.</translation>
    </message>
    <message>
        <source>{} is not the original: it has {} × {} pixels, the file {} × {}.</source>
        <translation>{} ist nicht das Original: Es hat {} × {} Pixel, die Datei {} × {}.</translation>
    </message>
    <message>
        <source>{} is not the original, but what the file decodes to; find the original.</source>
        <translation>{} ist nicht das Original, sondern das, was die Datei ergibt; suchen Sie das Original.</translation>
    </message>
    <message>
        <source>The {} bits per channel were reduced to 8.</source>
        <translation>Die {} Bit je Kanal wurden auf 8 verringert.</translation>
    </message>
    <message>
        <source>The integers from {} to {} were scaled to 8 bits.</source>
        <translation>Die ganzen Zahlen von {} bis {} wurden auf 8 Bit umgerechnet.</translation>
    </message>
    <message>
        <source>The floating-point values from {} to {} were scaled to 8 bits.</source>
        <translation>Die Gleitkommawerte von {} bis {} wurden auf 8 Bit umgerechnet.</translation>
    </message>
    <message>
        <source>CMYK was converted to sRGB with the profile in the file.</source>
        <translation>CMYK wurde mit dem Profil in der Datei nach sRGB umgewandelt.</translation>
    </message>
    <message>
        <source>CMYK was converted to RGB without a profile; colours may differ from print.</source>
        <translation>CMYK wurde ohne Profil nach RGB umgewandelt; die Farben können vom Druck abweichen.</translation>
    </message>
    <message>
        <source>CIELAB colours were converted to sRGB.</source>
        <translation>CIELAB-Farben wurden nach sRGB umgewandelt.</translation>
    </message>
    <message>
        <source>Only the main picture is kept: a preview, depth map or second view in the file is not.</source>
        <translation>Nur das Hauptbild bleibt erhalten; eine Vorschau, Tiefenkarte oder zweite Ansicht in der Datei nicht.</translation>
    </message>
    <message>
        <source>Only the first of {} frames or pages is kept.</source>
        <translation>Von {} Einzelbildern oder Seiten bleibt nur die erste erhalten.</translation>
    </message>
    <message>
        <source>Only the first of more than {} frames or pages is kept.</source>
        <translation>Von mehr als {} Einzelbildern oder Seiten bleibt nur die erste erhalten.</translation>
    </message>
    <message>
        <source>The metadata is damaged or too large and was dropped; colours are taken as sRGB.</source>
        <translation>Die Metadaten sind beschädigt oder zu groß und wurden verworfen; die Farben gelten als sRGB.</translation>
    </message>
    <message>
        <source>The colour profile is damaged and was dropped; colours are taken as sRGB.</source>
        <translation>Das Farbprofil ist beschädigt und wurde verworfen; die Farben gelten als sRGB.</translation>
    </message>
    <message>
        <source>The colour profile is one for {} and was dropped: it does not fit a grey picture.</source>
        <translation>Das Farbprofil ist eines für {} und wurde verworfen: Es passt nicht zu einem Graustufenbild.</translation>
    </message>
    <message>
        <source>The colour profile is one for {} and was dropped: it does not fit a colour picture.</source>
        <translation>Das Farbprofil ist eines für {} und wurde verworfen: Es passt nicht zu einem Farbbild.</translation>
    </message>
    <message>
        <source>The EXIF data is damaged and was dropped.</source>
        <translation>Die EXIF-Daten sind beschädigt und wurden verworfen.</translation>
    </message>
    <message>
        <source>The {} data is larger than {} MiB and was dropped.</source>
        <translation>Die {}-Daten sind größer als {} MiB und wurden verworfen.</translation>
    </message>
    <message>
        <source>The HDR gain map is not kept; the picture is its standard rendition.</source>
        <translation>Die HDR-Verstärkungskarte wird nicht übernommen; das Bild ist die Fassung für gewöhnliche Bildschirme.</translation>
    </message>
    <message>
        <source>The extended part of the XMP data is not kept.</source>
        <translation>Der erweiterte Teil der XMP-Daten wird nicht übernommen.</translation>
    </message>
    <message>
        <source>IPTC captions are not kept, except those that are also in the XMP data.</source>
        <translation>IPTC-Beschriftungen werden nicht übernommen, außer wenn sie auch in den XMP-Daten stehen.</translation>
    </message>
    <message>
        <source>{} is a HEIC picture, and reading those needs an extra package; run `pip install pi-heif`.</source>
        <translation>{} ist ein HEIC-Bild; um solche zu lesen, fehlt ein Paket: Rufen Sie `pip install pi-heif` auf.</translation>
    </message>
    <message>
        <source>The EXIF data does not fit into a JPEG file and was left out.</source>
        <translation>Die EXIF-Daten passen nicht in eine JPEG-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The XMP data does not fit into a JPEG file and was left out.</source>
        <translation>Die XMP-Daten passen nicht in eine JPEG-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>WebP has no grey pictures, so the grey colour profile was left out.</source>
        <translation>WebP kennt keine Graustufenbilder; deshalb wurde das Farbprofil für Grau weggelassen.</translation>
    </message>
    <message>
        <source>The EXIF data cannot be expressed as TIFF tags and was left out.</source>
        <translation>Die EXIF-Daten lassen sich nicht als TIFF-Felder schreiben und wurden weggelassen.</translation>
    </message>
    <message>
        <source>PPM cannot carry metadata or a colour profile, so they were left out.</source>
        <translation>PPM fasst weder Metadaten noch Farbprofil; sie wurden weggelassen.</translation>
    </message>
    <message>
        <source>{} cannot carry transparency, so the picture was laid on white.</source>
        <translation>{} kennt keine Transparenz; das Bild wurde auf Weiß gelegt.</translation>
    </message>
    <message>
        <source>The file asks for realism {}; {} has no such control.</source>
        <translation>Die Datei schlägt Realismus {} vor; {} hat keinen solchen Regler.</translation>
    </message>
    <message>
        <source>The file was made for generator {}, {} has {}: the picture may look a little different.</source>
        <translation>Die Datei wurde für den Generator {} gemacht, {} hat {}: Das Bild kann etwas anders aussehen.</translation>
    </message>
    <message>
        <source>Memory ran out, so the picture was encoded in fewer pieces at a time.</source>
        <translation>Der Speicher wurde knapp; das Bild wurde in weniger Stücken zugleich codiert.</translation>
    </message>
    <message>
        <source>Memory ran out, so the picture was computed in smaller pieces.</source>
        <translation>Der Speicher wurde knapp; das Bild wurde in kleineren Stücken berechnet.</translation>
    </message>
    <message>
        <source>The GPU&apos;s memory did not suffice even for small pieces; the processor took over.</source>
        <translation>Der Speicher der Grafikkarte reichte auch für kleine Stücke nicht; der Prozessor hat übernommen.</translation>
    </message>
    <message>
        <source>There is not enough memory for even a small piece of the picture; close other programs.</source>
        <translation>Der Speicher reicht nicht einmal für ein kleines Stück des Bildes; schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>The model gave latents that cannot be coded for this picture; try another model or quality.</source>
        <translation>Das Modell hat für dieses Bild Latente ergeben, die sich nicht codieren lassen; versuchen Sie ein anderes Modell oder eine andere Qualität.</translation>
    </message>
    <message>
        <source>The picture has {} megapixels, above the limit of {}; raise it with --max-pixels if you trust the file.</source>
        <translation>Das Bild hat {} Megapixel, mehr als die erlaubten {}; verkleinern Sie es.</translation>
    </message>
    <message>
        <source>The picture of {} x {} pixels is more than a .hfc file can hold; cut it in parts first.</source>
        <translation>Das Bild mit {} x {} Pixeln ist mehr, als eine .hfc-Datei fasst; schneiden Sie es zuerst in Teile.</translation>
    </message>
    <message>
        <source>There is no device called {} here; use --device cpu, or leave it out.</source>
        <translation>Ein Gerät namens {} gibt es hier nicht; wählen Sie ein anderes unter Modell &gt; Gerät.</translation>
    </message>
    <message>
        <source>{} cannot hold this picture ({}); leave it out.</source>
        <translation>{} kann dieses Bild nicht aufnehmen ({}); vergleichen Sie mit etwas anderem.</translation>
    </message>
    <message>
        <source>This installation of Pillow cannot write {}; leave {} out.</source>
        <translation>Das installierte Pillow kann {} nicht schreiben; vergleichen Sie mit etwas anderem als {}.</translation>
    </message>
    <message>
        <source>A newer release wrote this .hfc file; update HiFiC Studio to open it.</source>
        <translation>Eine neuere Fassung hat diese .hfc-Datei geschrieben; aktualisieren Sie HiFiC Studio, um sie zu öffnen.</translation>
    </message>
    <message>
        <source>The .hfc file ends inside its header; get a complete copy.</source>
        <translation>Die .hfc-Datei endet schon in ihrem Kopf; besorgen Sie eine vollständige Kopie.</translation>
    </message>
    <message>
        <source>The .hfc file is damaged in its header; get a fresh copy.</source>
        <translation>Die .hfc-Datei ist in ihrem Kopf beschädigt; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>The .hfc file lacks its last {} bytes; get a complete copy, or try `decompress --salvage`.</source>
        <translation>Der .hfc-Datei fehlen die letzten {} Bytes; besorgen Sie eine vollständige Kopie, oder öffnen Sie, was davon heil ist.</translation>
    </message>
    <message>
        <source>The .hfc file has {} bytes too many at its end; get a fresh copy, or try `decompress --salvage`.</source>
        <translation>Die .hfc-Datei hat am Ende {} Bytes zu viel; besorgen Sie eine neue Kopie, oder öffnen Sie, was davon heil ist.</translation>
    </message>
    <message>
        <source>There is no file {}; check its name and folder.</source>
        <translation>Die Datei {} gibt es nicht; prüfen Sie Namen und Ordner.</translation>
    </message>
    <message>
        <source>There is no permission to read {}; change its permissions or copy it.</source>
        <translation>{} darf nicht gelesen werden; ändern Sie die Rechte oder kopieren Sie die Datei.</translation>
    </message>
    <message>
        <source>{} could not be read ({}); try again or get a fresh copy.</source>
        <translation>{} konnte nicht gelesen werden ({}); versuchen Sie es noch einmal oder besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>{} is a folder; choose a .hfc file.</source>
        <translation>{} ist ein Ordner; wählen Sie eine .hfc-Datei.</translation>
    </message>
    <message>
        <source>{} is a device, not a file; choose a .hfc file.</source>
        <translation>{} ist ein Gerät und keine Datei; wählen Sie eine .hfc-Datei.</translation>
    </message>
    <message>
        <source>{} is a folder or a device; choose a .hfc file.</source>
        <translation>{} ist ein Ordner oder ein Gerät; wählen Sie eine .hfc-Datei.</translation>
    </message>
    <message>
        <source>The .hfc file holds {} pictures of the original HiFiC; only single ones are read.</source>
        <translation>Die .hfc-Datei enthält {} Bilder des ursprünglichen HiFiC; nur einzelne werden gelesen.</translation>
    </message>
    <message>
        <source>The original&apos;s .hfc file is damaged in its {}; get a fresh copy.</source>
        <translation>Die .hfc-Datei des ursprünglichen HiFiC ist beschädigt ({}); besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>The original&apos;s .hfc file ends before its streams do; get a complete copy.</source>
        <translation>Die .hfc-Datei des ursprünglichen HiFiC ist abgeschnitten; besorgen Sie eine vollständige Kopie.</translation>
    </message>
    <message>
        <source>The {} of the original&apos;s .hfc file do not end as they must: it is damaged, or {} is not the model that it was made with; name that one with --model.</source>
        <translation>Ein Teil der .hfc-Datei des ursprünglichen HiFiC ({}) endet nicht, wie er muss: Sie ist beschädigt, oder {} ist nicht das Modell, mit dem sie gemacht wurde; wählen Sie dieses.</translation>
    </message>
    <message>
        <source>The original HiFiC wrote this file, which does not say with which model: name one with --model; {} have its shapes.</source>
        <translation>Das ursprüngliche HiFiC hat diese Datei geschrieben, die nicht sagt, mit welchem Modell: Wählen Sie eines; es passen {}.</translation>
    </message>
    <message>
        <source>The original HiFiC wrote this file, and none of its models is installed: get them at {} and `hific models import` the one that the file was made with.</source>
        <translation>Das ursprüngliche HiFiC hat diese Datei geschrieben, und keines seiner Modelle ist installiert: Laden Sie sie von {} und holen Sie das, mit dem die Datei gemacht wurde, mit Modell &gt; Modell importieren.</translation>
    </message>
    <message>
        <source>The original HiFiC wrote this file with {} latent and {} hyperlatent channels, which {} does not have; name another model with --model.</source>
        <translation>Das ursprüngliche HiFiC hat diese Datei mit {} latenten und {} hyperlatenten Kanälen geschrieben, die {} nicht hat; wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>{} of the scales lay on a border and were taken on its other side.</source>
        <translation>{} der Skalen lagen auf einer Grenze und wurden auf deren anderer Seite genommen.</translation>
    </message>
    <message>
        <source>The original&apos;s coder cut {} outlying values to four bits: the picture suffers there.</source>
        <translation>Der Codierer des ursprünglichen HiFiC hat {} Ausreißer auf vier Bit gekürzt: Dort leidet das Bild.</translation>
    </message>
    <message>
        <source>There are no files in {}; name other files.</source>
        <translation>In {} liegen keine Dateien; wählen Sie andere.</translation>
    </message>
    <message>
        <source>{} is a link to what is not there; mend or remove it.</source>
        <translation>{} ist eine Verknüpfung mit etwas, das es nicht gibt; berichtigen oder entfernen Sie sie.</translation>
    </message>
    <message>
        <source>The folder {} could not be searched ({}); check its disk and try again.</source>
        <translation>Der Ordner {} konnte nicht durchsucht werden ({}); prüfen Sie den Datenträger und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{} is one of the inputs and stays as it is; choose another --output or --suffix.</source>
        <translation>{} gehört selbst zu den Dateien, die komprimiert werden, und bleibt, wie sie ist; wählen Sie in den Einstellungen einen anderen Ordner oder Zusatz.</translation>
    </message>
    <message>
        <source>The folder {} could not be made ({}); choose another.</source>
        <translation>Der Ordner {} konnte nicht angelegt werden ({}); wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The folder {} takes no file ({}); choose another.</source>
        <translation>Der Ordner {} nimmt keine Datei auf ({}); wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The disk is too full to write {}; free some space or choose another folder.</source>
        <translation>Der Datenträger ist zu voll, um {} zu schreiben; schaffen Sie Platz oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>There is no permission to write {}; choose another folder or name.</source>
        <translation>{} darf nicht geschrieben werden; wählen Sie einen anderen Ordner oder Namen.</translation>
    </message>
    <message>
        <source>The folder of {} does not exist; create it or choose another.</source>
        <translation>Den Ordner von {} gibt es nicht; legen Sie ihn an oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The name of {} is too long; choose a shorter one.</source>
        <translation>Der Name von {} ist zu lang; wählen Sie einen kürzeren.</translation>
    </message>
    <message>
        <source>{} could not be written ({}); try again or choose another folder.</source>
        <translation>{} konnte nicht geschrieben werden ({}); versuchen Sie es noch einmal oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{} is a folder; give the name of a file.</source>
        <translation>{} ist ein Ordner; geben Sie den Namen einer Datei an.</translation>
    </message>
    <message>
        <source>{} is a device, not a file; give the name of a file.</source>
        <translation>{} ist ein Gerät und keine Datei; geben Sie den Namen einer Datei an.</translation>
    </message>
    <message>
        <source>{} could not be written ({}); free some space.</source>
        <translation>{} konnte nicht geschrieben werden ({}); schaffen Sie Platz.</translation>
    </message>
    <message>
        <source>{} is not a prepared model ({}: {}); get a fresh copy.</source>
        <translation>{} ist kein fertiges Modell ({}: {}); besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>The weights in {} do not fit the network ({}); get a fresh copy.</source>
        <translation>Die Gewichte in {} passen nicht zum Netz ({}); besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>The weights in {} are not those that its card names; get a fresh copy.</source>
        <translation>Die Gewichte in {} sind nicht die, die ihre Karte nennt; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>There is no weights file at {}; `hific models` lists the installed models.</source>
        <translation>Unter {} liegt keine Gewichtsdatei mehr; wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The folder {} could not be read ({}); change its permissions.</source>
        <translation>Der Ordner {} konnte nicht gelesen werden ({}); ändern Sie seine Rechte.</translation>
    </message>
    <message>
        <source>{} is too large for a model; choose another file.</source>
        <translation>{} ist zu groß für ein Modell; wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>{} is not one of your own models and stays.</source>
        <translation>{} ist keines Ihrer eigenen Modelle und bleibt.</translation>
    </message>
    <message>
        <source>{} could not be read ({}); check its name and permissions.</source>
        <translation>{} konnte nicht gelesen werden ({}); prüfen Sie Namen und Rechte.</translation>
    </message>
    <message>
        <source>{} is no checkpoint that can be read ({}).</source>
        <translation>{} ist kein Checkpoint, der sich lesen lässt ({}).</translation>
    </message>
    <message>
        <source>{} has latents of the likelihood {}, which is not known here.</source>
        <translation>{} hat Latente mit der Wahrscheinlichkeit {}, die hier nicht bekannt ist.</translation>
    </message>
    <message>
        <source>{} holds values in {} that are no numbers; get a fresh copy.</source>
        <translation>{} enthält in {} Werte, die keine Zahlen sind; besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>{} does not say of which regime it is; name one with --regime.</source>
        <translation>{} sagt nicht, zu welcher Stufe es gehört; benennen Sie die Datei so um, dass ihr Name auf _low, _med oder _high endet.</translation>
    </message>
    <message>
        <source>There is a model at {} already; choose another --name.</source>
        <translation>Unter {} gibt es schon ein Modell; entfernen Sie zuerst dieses.</translation>
    </message>
    <message>
        <source>There is a model called {} already, at {}; choose another --name.</source>
        <translation>Ein Modell namens {} gibt es schon, unter {}; entfernen Sie zuerst dieses.</translation>
    </message>
    <message>
        <source>The checkpoint&apos;s network can be trained, but not code pictures: {}.</source>
        <translation>Das Netz des Checkpoints lässt sich trainieren, kann aber keine Bilder codieren: {}.</translation>
    </message>
    <message>
        <source>There are no LPIPS weights at {}; `hific lpips-weights` gets them.</source>
        <translation>Unter {} liegen keine LPIPS-Gewichte; `hific lpips-weights` holt sie.</translation>
    </message>
    <message>
        <source>The LPIPS weights are no longer at {}; choose Model &gt; Take longer &gt; Truer to the eye again to get them, or Off.</source>
        <translation>Die LPIPS-Gewichte liegen nicht mehr unter {}; wählen Sie noch einmal Modell &gt; Länger arbeiten &gt; Fürs Auge treuer, um sie zu holen, oder Aus.</translation>
    </message>
    <message>
        <source>{} does not hold LPIPS weights ({}); get a fresh copy.</source>
        <translation>{} enthält keine LPIPS-Gewichte ({}); besorgen Sie eine neue Kopie.</translation>
    </message>
    <message>
        <source>{} sends more than it should; try again later.</source>
        <translation>{} sendet mehr, als es sollte; versuchen Sie es später noch einmal.</translation>
    </message>
    <message>
        <source>{} is not torchvision&apos;s AlexNet as published; get a fresh copy from {}.</source>
        <translation>{} ist nicht das veröffentlichte AlexNet von torchvision; besorgen Sie eine neue Kopie von {}.</translation>
    </message>
    <message>
        <source>{} could not be made ({}); make room for it.</source>
        <translation>{} konnte nicht angelegt werden ({}); schaffen Sie Platz dafür.</translation>
    </message>
    <message>
        <source>The original is not at hand, so that the picture cannot be compressed again.</source>
        <translation>Das Original ist nicht zur Hand; deshalb kann das Bild nicht neu komprimiert werden.</translation>
    </message>
    <message>
        <source>{} was trained for texture: longer work would gain nothing and was left out.</source>
        <translation>{} wurde auf Textur trainiert: Längeres Rechnen brächte nichts und entfiel.</translation>
    </message>
    <message>
        <source>A file could not be used ({}); try again.</source>
        <translation>Eine Datei konnte nicht benutzt werden ({}); versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{} could not be used ({}); try again.</source>
        <translation>{} konnte nicht benutzt werden ({}); versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{} of the pictures in {} are for validation too, and not trained on.</source>
        <translation>{} der Bilder in {} dienen auch der Validierung; mit ihnen wird nicht trainiert.</translation>
    </message>
    <message>
        <source>{} is left out: {}</source>
        <translation>{} wird ausgelassen: {}</translation>
    </message>
    <message>
        <source>it has {} x {} pixels, less than a crop of {}</source>
        <translation>es hat {} x {} Pixel, weniger als ein Ausschnitt von {}</translation>
    </message>
    <message>
        <source>The validation was left out: {}</source>
        <translation>Die Validierung fiel aus: {}</translation>
    </message>
    <message>
        <source>The run is at its end, and there is a model called {} already.</source>
        <translation>Der Lauf ist am Ende, und ein Modell namens {} gibt es schon.</translation>
    </message>
    <message>
        <source>{} holds no picture to train on; name another folder.</source>
        <translation>{} enthält kein Bild zum Trainieren; wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{} holds no picture; name another folder.</source>
        <translation>{} enthält kein Bild; wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>All pictures of {} lie in {} too; name another folder for --val.</source>
        <translation>Alle Bilder aus {} liegen auch in {}; wählen Sie einen anderen Ordner für die Validierung.</translation>
    </message>
    <message>
        <source>Hardly any picture in {} is readable and of {} x {} pixels at least; name another folder, or lower --crop.</source>
        <translation>Kaum ein Bild in {} ist lesbar und mindestens {} x {} Pixel groß; wählen Sie einen anderen Ordner oder einen kleineren Ausschnitt.</translation>
    </message>
    <message>
        <source>The training diverged at step {}: {} updates in a row were not finite; start anew with --init and the run, and with a lower --learning-rate.</source>
        <translation>Das Training ist bei Schritt {} entgleist: {} Aktualisierungen nacheinander waren nicht endlich; beginnen Sie von diesem Lauf aus neu, mit kleinerer Lernrate.</translation>
    </message>
    <message>
        <source>The run in {} was on the device {}, which is not here; choose another, as in --device auto.</source>
        <translation>Der Lauf in {} rechnete auf dem Gerät {}, das es hier nicht gibt; wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>There is a run in {} already; go on with --resume, or choose a --name.</source>
        <translation>In {} gibt es schon einen Lauf; setzen Sie ihn fort oder wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>{} holds no run that could go on ({}); name the run&apos;s folder.</source>
        <translation>{} enthält keinen Lauf, der weitergehen könnte ({}); wählen Sie den Ordner eines Laufs.</translation>
    </message>
    <message>
        <source>{} belongs to a run with other settings; name another run.</source>
        <translation>{} gehört zu einem Lauf mit anderen Einstellungen; wählen Sie einen anderen Lauf.</translation>
    </message>
    <message>
        <source>{} is not a readable checkpoint; delete it or name another run.</source>
        <translation>{} ist kein lesbarer Checkpoint; löschen Sie ihn oder wählen Sie einen anderen Lauf.</translation>
    </message>
    <message>
        <source>{} is no checkpoint of a training run; name another run.</source>
        <translation>{} ist kein Checkpoint eines Trainingslaufs; wählen Sie einen anderen Lauf.</translation>
    </message>
    <message>
        <source>Something went wrong that should not have; please report it with the details.</source>
        <translation>Etwas ist schiefgegangen, das nicht sollte; bitte melden Sie es mit den Einzelheiten.</translation>
    </message>
    <message>
        <source>partition {}</source>
        <translation>Teil {}</translation>
    </message>
    <message>
        <source>alpha chunk</source>
        <translation>Transparenz</translation>
    </message>
    <message>
        <source>{} chunk</source>
        <translation>{}-Daten</translation>
    </message>
    <message>
        <source>hyperlatents</source>
        <translation>Hyperlatente</translation>
    </message>
    <message>
        <source>latents</source>
        <translation>Latente</translation>
    </message>
    <message>
        <source>shapes</source>
        <translation>Maße</translation>
    </message>
    <message>
        <source>end of file</source>
        <translation>Dateiende</translation>
    </message>
    <message>
        <source>{} and {} more</source>
        <translation>{} und {} weitere</translation>
    </message>
</context>
<context>
    <name>session</name>
    <message>
        <source>Original · {} · {} kB</source>
        <translation>Original · {} · {} kB</translation>
    </message>
</context>
<context>
    <name>stage</name>
    <message>
        <source>reading</source>
        <translation>liest</translation>
    </message>
    <message>
        <source>encoding</source>
        <translation>codiert</translation>
    </message>
    <message>
        <source>refining</source>
        <translation>verfeinert</translation>
    </message>
    <message>
        <source>coding</source>
        <translation>schreibt Bits</translation>
    </message>
    <message>
        <source>decoding</source>
        <translation>decodiert</translation>
    </message>
    <message>
        <source>painting</source>
        <translation>malt</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>schreibt</translation>
    </message>
    <message>
        <source>checking</source>
        <translation>prüft</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>bereitet vor</translation>
    </message>
    <message>
        <source>making tables</source>
        <translation>rechnet Tabellen</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>sucht</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>misst</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>lädt herunter</translation>
    </message>
    <message>
        <source>encoding {}</source>
        <translation>codiert {}</translation>
    </message>
</context>
<context>
    <name>starting</name>
    <message>
        <source>Something went wrong that should not have; please report it with the details.</source>
        <translation>Etwas ist schiefgegangen, das nicht sollte; bitte melden Sie es mit den Einzelheiten.</translation>
    </message>
</context>
</TS>
